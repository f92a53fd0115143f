import { commandGroup } from '../../command-group.js';
import { inspect } from './inspect.js';
import { list } from './list.js';
import { pull } from './pull.js';
import { verify } from './verify.js';

/** Adding a command is one file and one line here. */
export const models = commandGroup('models', [list, pull, verify, inspect]);
