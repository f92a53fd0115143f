import { commandGroup } from '../../command-group.js';
import { gc } from './gc.js';
import { rm } from './rm.js';

/** Adding a command is one file and one line here. */
export const runs = commandGroup('runs', 'run folders that are no longer needed, and what killed runs left', [
  rm,
  gc,
]);
