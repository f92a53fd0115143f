import { Command } from '@commander-js/extra-typings';
import { escapeControls } from '../../../core/errors.js';
import { formatMegabytes } from '../../../core/text.js';
import { jsonText } from '../../../reports/formats/json.js';
import type { DefineCommand } from '../../context.js';

/** `maskbench models pull`. */
export const pull: DefineCommand = (context) =>
  new Command('pull')
    .description('download models into the cache, checked against their checksums')
    .argument('<model...>', 'names, or YAML files')
    .option('--json', 'as JSON: every file with its place, bytes and where it came from')
    .action(async (names, { json }) => {
      const { ensureModelFiles } = await import('../../../models/sources/pull.js');
      const { loadModelSpec } = await import('../../../runners/load-spec.js');
      const { createDownloadProgress } = await import('../../download-progress.js');
      const loaded = await Promise.all(names.map((name) => loadModelSpec(name, context.cwd)));
      const alsoWanted = loaded.flatMap(({ spec }) => Object.values(spec.files ?? {}).flat());
      const pulled: object[] = [];
      for (const { spec, folder } of loaded) {
        const files = await ensureModelFiles(spec.files ?? {}, {
          name: spec.name,
          baseDir: folder,
          alsoWanted,
          env: context.env,
          onProgress: createDownloadProgress(context),
          signal: context.signal,
        });
        for (const [role, { path, bytes, from, data }] of Object.entries(files)) {
          pulled.push({ model: spec.name, role, path, bytes, from, data: data.map((one) => one.location) });
          if (json === true) continue;
          const label = role === 'model' ? spec.name : `${spec.name} (${role})`;
          const weights = data.map(({ location }) => ` with ${escapeControls(location)}`).join('');
          context.out(
            `${label}: ${formatMegabytes(bytes)} MB, ${from === 'download' ? 'downloaded' : 'already here'}: ${path}${weights}\n`,
          );
        }
      }
      if (json === true) context.out(jsonText(pulled));
    });
