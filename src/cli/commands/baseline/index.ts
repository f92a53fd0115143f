import { commandGroup } from '../../command-group.js';
import { list } from './list.js';
import { set } from './set.js';
import { show } from './show.js';

/** Adding a command is one file and one line here. */
export const baseline = commandGroup('baseline', [set, show, list]);
