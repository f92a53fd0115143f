import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { jsonText } from '../../../reports/formats/json.js';
import { plainTable } from '../../../reports/formats/plain-table.js';
import { formatMegabytes } from '../../../reports/tables/table.js';
import type { LoadedSpec } from '../../../runners/runner.js';
import type { DefineCommand } from '../../context.js';

/** `maskbench models list`. */
export const list: DefineCommand = (context) =>
  new Command('list')
    .description('all known models: size, input, licence, whether the file is here')
    .option('--json', 'as JSON')
    .action(async ({ json }) => {
      const { resolveCacheDir } = await import('../../../models/sources/cache.js');
      const { listModelNames, loadModelSpec } = await import('../../../runners/load-spec.js');
      const { runnerOf } = await import('../../../runners/runner-of.js');
      const cacheDir = resolveCacheDir(undefined, context.env);
      const specs = await Promise.all((await listModelNames()).map((name) => loadModelSpec(name)));
      const models = await Promise.all(
        specs.map(async (loaded) => {
          const { name, family, licence, feeding } = loaded.spec;
          const first = Object.values(loaded.spec.files ?? {}).map(([source]) => source);
          const bytes = first.reduce<number | null>(
            (sum, s) => (sum === null || s?.bytes === undefined ? null : sum + s.bytes),
            0,
          );
          return {
            name,
            family: family ?? '',
            input: runnerOf(loaded.spec).describe(loaded.spec),
            feeding,
            bytes,
            here: await isHere(loaded, cacheDir),
            licence: licence ?? '',
          };
        }),
      );
      if (json === true) context.out(jsonText(models));
      else {
        const rows = models.map((m) => [
          m.name,
          m.input,
          m.bytes === null ? '?' : formatMegabytes(m.bytes),
          m.here ? 'yes' : 'no',
          (m.licence.split(/[(;]/)[0] ?? '').trim().slice(0, 26),
        ]);
        context.out(`${plainTable(['model', 'input', 'MB', 'here', 'licence'], rows)}\n`);
      }
    });

async function isHere({ spec, folder }: LoadedSpec, cacheDir: string): Promise<boolean> {
  const { findCached } = await import('../../../models/sources/cache.js');
  for (const sources of Object.values(spec.files ?? {})) {
    let found = false;
    for (const source of sources) {
      found ||=
        source.kind === 'file'
          ? existsSync(resolve(folder, source.path))
          : (await findCached(cacheDir, source)) !== undefined;
    }
    if (!found) return false;
  }
  return true;
}
