import { commandGroup } from '../../command-group.js';
import { gc } from './gc.js';
import { listCommand } from './list.js';
import { rm } from './rm.js';
import { trend } from './trend.js';

/** Adding a command is one file and one line here. */
export const runs = commandGroup('runs', [listCommand, trend, rm, gc]);
