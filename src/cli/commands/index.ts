import { extensible } from '../../core/plugins/parts.js';
import type { DefineCommand } from '../context.js';

/** A command as the help lists it. What it takes and does is loaded where it is named. */
export interface CommandEntry {
  /** The word after `maskbench`. */
  readonly name: string;
  readonly description: string;
  /** Whether it tells of all commands, which have to be loaded for it. */
  readonly needsAll?: true;
  load(): Promise<DefineCommand>;
}

/** @param load of the module that has the command, under its name. */
const entry = <N extends string>(
  name: N,
  description: string,
  load: () => Promise<Readonly<Record<N, DefineCommand>>>,
): CommandEntry => ({ name, description, load: async () => (await load())[name] });

/** Every command, in the order of the help. Adding one is one file and one line here. */
export const COMMANDS = extensible<CommandEntry>('commands', [
  entry(
    'quickstart',
    'run three models on 16 sample pictures; the same as: run quickstart --resume',
    () => import('./quickstart.js'),
  ),
  entry(
    'init',
    'write a commented config of a run, from flags or, on a terminal, by asking',
    () => import('./init.js'),
  ),
  entry('run', 'predict, score, time and report what a config describes', () => import('./run.js')),
  entry(
    'resume',
    'continue a run with the config and flags that it was begun with',
    () => import('./resume.js'),
  ),
  entry('time', 'run only the timing pass, every model in its own process', () => import('./time.js')),
  entry(
    'verify',
    'check that a run is complete and undamaged: lines, plan, records, seal and every matte; exit status 65 if not',
    () => import('./verify.js'),
  ),
  entry(
    'plan',
    'divide a run among many processes: list and hash once, into shards of like cost',
    () => import('./plan.js'),
  ),
  entry('work', 'make an attempt at one shard of a plan, and publish it', () => import('./work.js')),
  entry(
    'status',
    'how far a plan has come: published, running, failed and missing shards',
    () => import('./status.js'),
  ),
  entry(
    'submit',
    'what hands the shards of a plan to Slurm, Kubernetes, AWS Batch or GNU parallel; --go submits it',
    () => import('./submit.js'),
  ),
  entry(
    'merge',
    'put the shards of a plan, or of one run, together into one run folder',
    () => import('./merge.js'),
  ),
  entry(
    'runs',
    'what runs there are, a score over them, and what is no longer needed',
    () => import('./runs/index.js'),
  ),
  entry('report', 'render a run again, or runs on several devices side by side', () => import('./report.js')),
  entry('score', 'score masks made elsewhere against their ground truths', () => import('./score.js')),
  entry('models', 'the models that Maskbench knows, and their files', () => import('./models/index.js')),
  entry(
    'datasets',
    'the datasets that Maskbench knows, and their files',
    () => import('./datasets/index.js'),
  ),
  entry(
    'devices',
    'list the devices this machine can run models on, and why others are unavailable',
    () => import('./devices.js'),
  ),
  entry(
    'gpu',
    'CUDA for ONNX Runtime on Linux with an NVIDIA card: fetch it, see what is there, remove it',
    () => import('./gpu/index.js'),
  ),
  entry(
    'compare',
    'compare two runs image by image; exit status 64 or 65 if they are not comparable',
    () => import('./compare.js'),
  ),
  entry(
    'check',
    'can the candidate be rolled out? exit status 0 pass, 1 fail, 2 inconclusive, 4 forced pass',
    () => import('./check.js'),
  ),
  entry('gate', 'the rules that "check" decides by', () => import('./gate/index.js')),
  entry(
    'baseline',
    'keep runs by name in baselines/, as small files, to compare later runs with',
    () => import('./baseline/index.js'),
  ),
  entry(
    'rank',
    'rank the models of a run in tiers (models in one tier are not told apart); leaked cells are left out',
    () => import('./rank.js'),
  ),
  entry(
    'drift',
    'measure how far the mattes of other precisions, providers or exports differ from a reference, and from which stage on',
    () => import('./drift.js'),
  ),
  {
    ...entry(
      'completion',
      'print the completion of commands and flags for a shell; its first line says where it goes',
      () => import('./completion.js'),
    ),
    needsAll: true,
  },
]);
