import { commandGroup } from '../../command-group.js';
import { install } from './install.js';
import { prove } from './prove.js';
import { remove } from './remove.js';
import { status } from './status.js';

/** Adding a command is one file and one line here. */
export const gpu = commandGroup('gpu', [install, status, prove, remove]);
