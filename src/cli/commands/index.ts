import type { DefineCommand } from '../context.js';
import { baseline } from './baseline/index.js';
import { check } from './check.js';
import { compare } from './compare.js';
import { completion } from './completion.js';
import { datasets } from './datasets/index.js';
import { devices } from './devices.js';
import { drift } from './drift.js';
import { gate } from './gate/index.js';
import { gpu } from './gpu/index.js';
import { init } from './init.js';
import { merge } from './merge.js';
import { models } from './models/index.js';
import { quickstart } from './quickstart.js';
import { rank } from './rank.js';
import { report } from './report.js';
import { resume } from './resume.js';
import { run } from './run.js';
import { runs } from './runs/index.js';
import { score } from './score.js';
import { time } from './time.js';
import { verify } from './verify.js';

/** Every command, in the order of the help. Adding one is one file and one line here. */
export const COMMANDS: readonly DefineCommand[] = [
  quickstart,
  init,
  run,
  resume,
  time,
  verify,
  merge,
  runs,
  report,
  score,
  models,
  datasets,
  devices,
  gpu,
  compare,
  check,
  gate,
  baseline,
  rank,
  drift,
  completion,
];
