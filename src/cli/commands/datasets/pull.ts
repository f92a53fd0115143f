import { mkdir, rename } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { escapeControls, EXIT_STATUS } from '../../../core/errors.js';
import type { Download, PullProgress } from '../../../datasets/pull.js';
import type { Http } from '../../../models/sources/http.js';
import { jsonText } from '../../../reports/formats/json.js';
import type { DefineCommand } from '../../context.js';
import { ticker } from '../../ticker.js';

/** `maskbench datasets pull`: downloads, or says where a person has to get it; 69 for the latter. */
export const pull: DefineCommand = (context, setStatus) =>
  new Command('pull')
    .description('download a dataset, or say exactly where to get it')
    .argument('<dataset>', 'a name or a YAML file')
    .option('--accept-terms', 'confirm that you have read and accept the terms of the dataset')
    .option('--json', 'as JSON: what was done, and where the dataset is or has to go')
    .action(async (name, { acceptTerms = false, json }) => {
      const { pullDataset } = await import('../../../datasets/pull.js');
      const { resolveDataset } = await import('../../../datasets/resolve.js');
      const { openHttp } = await import('../../../models/sources/http.js');
      const { DEFAULT_RETRY } = await import('../../../models/sources/retry.js');
      const { env, cwd, signal } = context;
      const dataset = await resolveDataset(name, { cwd, env });
      const http = openHttp(DEFAULT_RETRY.stallMs, env);
      try {
        const result = await pullDataset(dataset, {
          download: await downloadBy(http),
          hub: {
            ...(env['HF_ENDPOINT'] === undefined ? {} : { url: env['HF_ENDPOINT'] }),
            ...(env['HF_TOKEN'] === undefined ? {} : { accessToken: env['HF_TOKEN'] }),
            // undici's fetch, which knows the proxies; its type is not quite the global one's.
            fetch: http.fetch as unknown as typeof fetch,
          },
          acceptTerms,
          onProgress: ticker(context, describeProgress, 2000),
          signal,
        });
        if (json === true) context.out(jsonText({ dataset: dataset.spec.name, ...result }));
        if (result.kind === 'manual') {
          setStatus(EXIT_STATUS['source.forbidden']);
          if (json === true) return;
          context.out(
            `${dataset.spec.name} cannot be downloaded by a program: ${escapeControls(result.instructions)}\n`,
          );
          context.out(`from  ${result.url}\nto    ${result.root}\n`);
          return;
        }
        if (json === true) return;
        const what = result.kind === 'present' ? 'is already there' : `${result.files} files`;
        context.out(`${dataset.spec.name}: ${what}: ${result.root}\n`);
      } finally {
        await http.close();
      }
    });

/** The models' downloader, which resumes and checks, for a dataset's archive. */
async function downloadBy(http: Http): Promise<Download> {
  const { fetchFile } = await import('../../../models/sources/fetch-file.js');
  const { DEFAULT_RETRY } = await import('../../../models/sources/retry.js');
  return async (url, { headers, expectedSha256, bytes, target, onProgress, signal }) => {
    await mkdir(dirname(target), { recursive: true });
    const { partPath } = await fetchFile(http, {
      remote: { url, headers },
      pins: { sha256: expectedSha256, bytes },
      name: basename(target),
      key: basename(target),
      folder: dirname(target),
      retry: DEFAULT_RETRY,
      onBytes: onProgress,
      signal,
    });
    await rename(partPath, target);
  };
}

function describeProgress({ phase, done, total, unit }: PullProgress): string {
  const [d, t] = unit === 'bytes' ? [Math.round(done / 1e6), Math.round(total / 1e6)] : [done, total];
  return `${phase}: ${d}/${t} ${unit === 'bytes' ? 'MB' : 'files'}`;
}
