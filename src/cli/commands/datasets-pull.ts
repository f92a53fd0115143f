import { mkdir, rename } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { escapeControls } from '../../core/errors.js';
import { pullDataset, type Download, type PullProgress } from '../../datasets/pull.js';
import { resolveDataset } from '../../datasets/resolve.js';
import { fetchFile } from '../../models/sources/fetch-file.js';
import { openHttp, type Http } from '../../models/sources/http.js';
import { DEFAULT_RETRY } from '../../models/sources/retry.js';
import type { CliContext } from '../context.js';

/** `maskbench datasets pull`: downloads, or says where a person has to get it; 69 for the latter. */
export async function pullDatasetCommand(
  name: string,
  { acceptTerms = false }: { readonly acceptTerms?: boolean },
  context: CliContext,
): Promise<number> {
  const { env, cwd, signal } = context;
  const dataset = await resolveDataset(name, { cwd, env });
  const http = openHttp(DEFAULT_RETRY.stallMs, env);
  try {
    const result = await pullDataset(dataset, {
      download: downloadBy(http),
      hub: {
        ...(env['HF_ENDPOINT'] === undefined ? {} : { url: env['HF_ENDPOINT'] }),
        ...(env['HF_TOKEN'] === undefined ? {} : { accessToken: env['HF_TOKEN'] }),
        // undici's fetch, which knows the proxies; its type is not quite the global one's.
        fetch: http.fetch as unknown as typeof fetch,
      },
      acceptTerms,
      onProgress: createTicker(context),
      signal,
    });
    if (result.kind === 'manual') {
      context.out(
        `${dataset.spec.name} cannot be downloaded by a program: ${escapeControls(result.instructions)}\n`,
      );
      context.out(`from  ${result.url}\nto    ${result.root}\n`);
      return 69;
    }
    const what = result.kind === 'present' ? 'is already there' : `${result.files} files`;
    context.out(`${dataset.spec.name}: ${what}: ${result.root}\n`);
    return 0;
  } finally {
    await http.close();
  }
}

/** The models' downloader, which resumes and checks, for a dataset's archive. */
function downloadBy(http: Http): Download {
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

function createTicker(context: CliContext): (progress: PullProgress) => void {
  let last = 0;
  return ({ phase, done, total, unit }) => {
    if (performance.now() - last < 2000) return;
    last = performance.now();
    const [d, t] = unit === 'bytes' ? [Math.round(done / 1e6), Math.round(total / 1e6)] : [done, total];
    context.err(`${phase}: ${d}/${t} ${unit === 'bytes' ? 'MB' : 'files'}\n`);
  };
}
