import { commandGroup } from '../../command-group.js';
import { migrate } from './migrate.js';

/** Adding a command is one file and one line here. */
export const gate = commandGroup('gate', [migrate]);
