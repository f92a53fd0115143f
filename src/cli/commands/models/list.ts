import { Command } from '@commander-js/extra-typings';
import { jsonText } from '../../../reports/formats/json.js';
import { formatMegabytes } from '../../../core/text.js';
import { listWidth, type DefineCommand } from '../../context.js';

/** `maskbench models list`. */
export const list: DefineCommand = (context) =>
  new Command('list')
    .description('all known models: size, input, licence, whether the file is here')
    .option('--json', 'as JSON')
    .action(async ({ json }) => {
      const { isHere } = await import('../../../models/sources/pull.js');
      const { loadKnownModels } = await import('../../../runners/load-spec.js');
      const { runnerOf } = await import('../../../runners/runner-of.js');
      const specs = await loadKnownModels();
      const models = await Promise.all(
        specs.map(async (loaded) => {
          const { name, family, licence, feeding } = loaded.spec;
          const files = Object.values(loaded.spec.files ?? {});
          const pins = files.flatMap(([source]) => [source, ...Object.values(source?.data ?? {})]);
          const bytes = pins.reduce<number | null>(
            (sum, s) => (sum === null || s?.bytes === undefined ? null : sum + s.bytes),
            0,
          );
          const options = { baseDir: loaded.folder, env: context.env };
          const here = await Promise.all(files.map((sources) => isHere(sources, options)));
          return {
            name,
            family: family ?? '',
            input: runnerOf(loaded.spec).describe(loaded.spec),
            feeding,
            bytes,
            here: here.every(Boolean),
            licence: licence ?? '',
          };
        }),
      );
      if (json === true) context.out(jsonText(models));
      else {
        const { plainTable } = await import('../../../reports/formats/plain-table.js');
        const rows = models.map((m) => [
          m.name,
          m.input,
          m.bytes === null ? '?' : formatMegabytes(m.bytes),
          m.here ? 'yes' : 'no',
          shortened(m.licence.split(/[(;]/)[0].trim()),
        ]);
        context.out(`${plainTable(['model', 'input', 'MB', 'here', 'licence'], rows, listWidth(context))}\n`);
      }
    });

/** Characters that a column of licences has room for. */
const WIDEST = 26;

/** Cut between words, and seen to be. */
function shortened(text: string): string {
  if (text.length <= WIDEST) return text;
  const cut = text.slice(0, WIDEST - 3);
  return `${(cut.slice(0, Math.max(cut.lastIndexOf(' '), 0)) || cut).replace(/,$/, '')}...`;
}
