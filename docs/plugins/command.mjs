// Call it: maskbench --config plugins.yaml tell.failures runs/mine
import { resolve } from 'node:path';
import { Command, defineCommand } from 'maskbench/plugin';

/** The failed cells of a run; exit status 3 if there are any. */
const failures = defineCommand({
  name: 'tell.failures',
  description: 'the failed cells of a run, one per line',
  load: async () => (context, setStatus) =>
    new Command('tell.failures').argument('<run>', 'a run folder').action(async (run) => {
      const { readRun } = await import('maskbench');
      const summary = await readRun(resolve(context.cwd, run));
      for (const { model, dataset, id, failure } of summary.failures)
        context.out(`${model} ${dataset}/${id}: ${failure.message}\n`);
      if (summary.failures.length > 0) setStatus(3);
    }),
});

export default { name: 'tell', commands: [failures] };
