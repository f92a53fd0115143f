import { commandGroup } from '../../command-group.js';
import { list } from './list.js';
import { overlap } from './overlap.js';
import { pull } from './pull.js';
import { stats } from './stats.js';
import { verify } from './verify.js';

/** Adding a command is one file and one line here. */
export const datasets = commandGroup('datasets', [list, stats, verify, pull, overlap]);
