import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { relative, resolve } from 'node:path';
import { Argument, Command } from '@commander-js/extra-typings';
import { MaskbenchError } from '../../core/errors.js';
import { isObjectAddress, placeFrom } from '../../core/objects/object-address.js';
import { compiledEntry } from '../../core/package-root.js';
import type { EngineName } from '../../pipeline/distributed/submit/registry.js';
import type { Engine } from '../../pipeline/distributed/submit/submission.js';
import { jsonText } from '../../reports/formats/json.js';
import { count, each, keysOf, list } from '../arguments.js';
import { imageOf, reaching, variablesOf, volume } from '../container-flags.js';
import type { CliContext, DefineCommand } from '../context.js';
import { allMean, assertMeant } from '../meant-flags.js';
import { outFolder } from '../run/out-folder.js';

/** The compiler holds these names to the engines that there are. */
const NAMES: Readonly<Record<EngineName, true>> = {
  slurm: true,
  kubernetes: true,
  'aws-batch': true,
  parallel: true,
};

/** What a pod or a job of a shard has, unless told. */
const CPUS = 4;
const MEMORY_GIB = 16;

/** `maskbench submit`: the script or manifest that hands a plan's shards to an engine, and the merge after them. */
export const submit: DefineCommand = (context) =>
  new Command('submit')
    .addArgument(new Argument('<engine>', 'what hands them out').choices(keysOf(NAMES)))
    .argument('<plan>', 'its folder, or its address s3://bucket/prefix')
    .argument(
      '[options...]',
      'after --: further options of sbatch, kubectl, aws or parallel, as --partition=gpu',
    )
    .option('--go', 'submit it; without this it is only printed')
    .option('--out <folder>', 'where the merged run goes (default: runs/{name})')
    .option('--no-merge', 'without a merge after the shards')
    .option('--at-once <n>', 'at most so many shards at once', count)
    .option(
      '--largest-array <n>',
      'tasks of one array at most (default: 1000; Kubernetes 2000, AWS Batch 10000)',
      count,
    )
    .option(
      '--time-on <types>',
      'take times, by a job alone on its node per type of card (or node feature)',
      list,
    )
    .option('--command <words>', 'how Maskbench is called there (default: this very one, by its path)')
    .option('--image <name>', 'Kubernetes, AWS Batch: the image that is started')
    .option(
      '--volume <source:path>',
      'the same: a claim, claim/folder, fs-0123 or /host/folder, and where it is here and there; :ro to read only; repeatable',
      each(volume),
    )
    .option('--queue <name>', 'the same: the queue, of Kueue or AWS Batch')
    .option('--cpus <n>', `the same: processors of a shard (default: ${CPUS})`, count)
    .option('--memory <GiB>', `the same: its memory (default: ${MEMORY_GIB})`, count)
    .option('--role <name>', 'the same: as whom: a service account, or the ARN of a job role of AWS Batch')
    .option(
      '--env <name[=value]>',
      'the same: a variable that is no secret, such as AWS_REGION, as it is here or as told; repeatable',
      each((text) => text),
    )
    .option(
      '--secret <name>',
      'Kubernetes: a Secret, each key of which is a variable, such as AWS_ACCESS_KEY_ID',
    )
    .option('--json', 'print the shards and the script as JSON')
    .action(async (name, path, options, { go, out, merge, atOnce, largestArray, timeOn, json, ...flags }) => {
      const { cwd, signal } = context;
      const { ENGINES } = await import('../../pipeline/distributed/submit/registry.js');
      const { quoted } = await import('../../pipeline/distributed/submit/submission.js');
      const { openShards } = await import('../../pipeline/distributed/plan-status.js');
      const { assertPluginsLoaded } = await import('../../store/run-plugins.js');
      const engine: Engine = ENGINES[name];
      const { command, image, cpus = CPUS, memory = MEMORY_GIB, queue } = flags;
      assertMeant(flags, {
        command: [engine.runs === 'commands', 'slurm and parallel', 'an image has its own'],
        ...allMean(
          ['image', 'volume', 'queue', 'cpus', 'memory', 'role', 'secret', 'env'],
          [engine.runs === 'images', 'kubernetes and aws-batch', 'options of the engine itself follow --'],
        ),
      });
      const plan = placeFrom(cwd, path);
      const { name: run, device, plugins, shards } = await openShards(plan, signal);
      if (shards.length === 0) {
        throw new MaskbenchError('usage', 'every shard is published or being worked on', {
          where: plan,
          remedy: `maskbench merge ${quoted(isObjectAddress(plan) ? plan : relative(cwd, plan) || '.')}`,
        });
      }
      // Whoever works on it takes plug-ins from here as well, and must say so.
      assertPluginsLoaded(plugins, plan, 'plan');
      const config = plugins.length === 0 ? undefined : context.config;
      if (config !== undefined && engine.runs === 'images') {
        throw new MaskbenchError('usage', 'an image has no plug-ins of this machine', {
          where: plan,
          remedy: 'slurm or parallel, or jobs of your own that run "maskbench --config <file> work"',
        });
      }
      const merged = outFolder(out, { name: run, cwd, now: new Date() });
      const of = {
        name: run,
        plan,
        out: merged,
        logs: isObjectAddress(plan) ? `${merged}.logs` : plan,
        shards,
        needsCard: device !== 'cpu',
        merge,
        atOnce,
        largestArray: largestArray ?? engine.largestArray,
        options,
        timeOn: timeOn ?? [],
      };
      const own = [process.execPath, compiledEntry(new URL('../main.js', import.meta.url))];
      const script =
        engine.runs === 'commands'
          ? engine.script({
              ...of,
              command: [
                command ?? own.map(quoted).join(' '),
                ...(config === undefined ? [] : ['--config', quoted(resolve(cwd, config))]),
              ].join(' '),
            })
          : engine.script({
              ...of,
              container: {
                image: imageOf(image),
                volumes: reaching(
                  flags.volume ?? [],
                  [plan, ...(merge ? [of.out] : [])].filter((place) => !isObjectAddress(place)),
                ),
                cpus,
                memoryGib: memory,
                queue,
                role: flags.role,
                secret: flags.secret,
                variables: variablesOf(flags.env ?? [], context.env),
              },
            });
      if (json === true) context.out(jsonText({ engine: name, plan, shards, script }));
      else if (go !== true) context.data(script);
      if (go === true) await start(engine, { script, options }, context, json === true);
    });

/** @throws MaskbenchError `device.unavailable` where there is no such engine, or it refuses. */
async function start(
  engine: Engine,
  { script, options }: { readonly script: string; readonly options: readonly string[] },
  { err, out, cwd, env, signal }: CliContext,
  isQuiet: boolean,
): Promise<void> {
  const unprinted = 'without --go the script is printed';
  if (spawnSync('bash', ['-c', 'command -v "$0"', engine.needs], { env }).status !== 0) {
    throw new MaskbenchError('device.unavailable', `there is no ${engine.needs} on this machine`, {
      remedy: `${unprinted}, to be submitted from another`,
    });
  }
  const [command, ...args] = engine.start(options);
  const child = spawn(command, args, { cwd, env, signal, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdout.setEncoding('utf8').on('data', (text: string) => (isQuiet ? err(text) : out(text)));
  child.stderr.setEncoding('utf8').on('data', err);
  // Of one that does not read to the end, its status says why.
  child.stdin.on('error', () => undefined).end(script);
  const [status] = (await once(child, 'close')) as [number | null];
  if (status === 0) return;
  throw new MaskbenchError('device.unavailable', `the engine did not take it (status ${status ?? 'none'})`, {
    remedy: `what it said is above; ${unprinted}`,
  });
}
