import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { relative, resolve } from 'node:path';
import { Argument, Command } from '@commander-js/extra-typings';
import { MaskbenchError } from '../../core/errors.js';
import { compiledEntry } from '../../core/package-root.js';
import type { EngineName } from '../../pipeline/distributed/submit/registry.js';
import { jsonText } from '../../reports/formats/json.js';
import { count, keysOf, list } from '../arguments.js';
import type { CliContext, DefineCommand } from '../context.js';
import { outFolder } from '../run/out-folder.js';

/** The compiler holds these names to the engines that there are. */
const NAMES: Readonly<Record<EngineName, true>> = { slurm: true, parallel: true };

/** Slurm's MaxArraySize is 1001 unless somebody has set it. */
const LARGEST_ARRAY = 1000;

/** `maskbench submit`: the script that hands a plan's shards to an engine, and the merge after them. */
export const submit: DefineCommand = (context) =>
  new Command('submit')
    .addArgument(new Argument('<engine>', 'what hands them out').choices(keysOf(NAMES)))
    .argument('<plan>', 'its folder')
    .argument('[options...]', 'after --: further options of sbatch or parallel, as --partition=gpu')
    .option('--go', 'submit it; without this it is only printed')
    .option('--out <folder>', 'where the merged run goes (default: runs/{name})')
    .option('--no-merge', 'without a merge after the shards')
    .option('--at-once <n>', 'at most so many shards at once', count)
    .option('--largest-array <n>', `tasks of one array at most (default: ${LARGEST_ARRAY})`, count)
    .option(
      '--time-on <types>',
      'take times, by a job alone on its node per type of card (or node feature)',
      list,
    )
    .option('--command <words>', 'how Maskbench is called there (default: this very one, by its path)')
    .option('--json', 'print the shards and the script as JSON')
    .action(
      async (engine, path, options, { go, out, merge, atOnce, largestArray, timeOn, command, json }) => {
        const { cwd, signal } = context;
        const { ENGINES } = await import('../../pipeline/distributed/submit/registry.js');
        const { assertPluginsLoaded } = await import('../../store/run-plugins.js');
        const { quoted } = await import('../../pipeline/distributed/submit/submission.js');
        const { openShards } = await import('../../pipeline/distributed/plan-status.js');
        const plan = resolve(cwd, path);
        const { name, device, plugins, shards } = await openShards(plan, signal);
        if (shards.length === 0) {
          throw new MaskbenchError('usage', 'every shard is published or being worked on', {
            where: plan,
            remedy: `maskbench merge ${relative(cwd, plan) || '.'}`,
          });
        }
        // Whoever works on it takes plug-ins from here as well, and must say so.
        assertPluginsLoaded(plugins, plan, 'plan');
        const config = plugins.length === 0 ? undefined : context.config;
        const own = [process.execPath, compiledEntry(new URL('../main.js', import.meta.url))];
        const script = ENGINES[engine]({
          name,
          plan,
          out: outFolder(out, { name, cwd, now: new Date() }),
          shards,
          command: [
            command ?? own.map(quoted).join(' '),
            ...(config === undefined ? [] : ['--config', quoted(resolve(cwd, config))]),
          ].join(' '),
          needsCard: device !== 'cpu',
          merge,
          atOnce,
          largestArray: largestArray ?? LARGEST_ARRAY,
          options,
          timeOn: timeOn ?? [],
        });
        if (json === true) context.out(jsonText({ engine, plan, shards, script }));
        else if (go !== true) context.data(script);
        if (go === true) await start(script, context, json === true);
      },
    );

/** @throws MaskbenchError `device.unavailable` where the engine refuses. */
async function start(
  script: string,
  { err, out, cwd, env, signal }: CliContext,
  isQuiet: boolean,
): Promise<void> {
  const shell = spawn('bash', ['-s'], { cwd, env, signal, stdio: ['pipe', 'pipe', 'pipe'] });
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (isQuiet ? err(text) : out(text)));
  shell.stderr.setEncoding('utf8').on('data', err);
  shell.stdin.end(script);
  const [status] = (await once(shell, 'close')) as [number | null];
  if (status === 0) return;
  throw new MaskbenchError('device.unavailable', `the engine did not take it (status ${status ?? 'none'})`, {
    remedy: 'what it said is above; without --go the script is printed',
  });
}
