import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT_STATUS } from '../../core/errors.js';
import { findCached, resolveCacheDir, verifyCached } from '../../models/sources/cache.js';
import { listModelNames, loadModelSpec } from '../../runners/load-spec.js';
import { runnerOf } from '../../runners/runner-of.js';
import type { LoadedSpec } from '../../runners/runner.js';
import { ensureModelFile, ensureModelFiles } from '../../models/sources/pull.js';
import { plainTable } from '../../reports/formats/plain-table.js';
import { formatMegabytes } from '../../reports/tables/table.js';
import type { CliContext } from '../context.js';
import { createDownloadProgress } from '../download-progress.js';

interface JsonOption {
  readonly json?: boolean;
}

export async function listModels({ json }: JsonOption, context: CliContext): Promise<void> {
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
  if (json === true) context.out(`${JSON.stringify(models, null, 2)}\n`);
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
}

export async function pullModels(names: readonly string[], context: CliContext): Promise<void> {
  const loaded = await Promise.all(names.map((name) => loadModelSpec(name, context.cwd)));
  const alsoWanted = loaded.flatMap(({ spec }) => Object.values(spec.files ?? {}).flat());
  for (const { spec, folder } of loaded) {
    const files = await ensureModelFiles(spec.files ?? {}, {
      name: spec.name,
      baseDir: folder,
      alsoWanted,
      env: context.env,
      onProgress: createDownloadProgress(context),
      signal: context.signal,
    });
    for (const [role, { path, bytes, from }] of Object.entries(files)) {
      const label = role === 'model' ? spec.name : `${spec.name} (${role})`;
      context.out(
        `${label}: ${formatMegabytes(bytes)} MB, ${from === 'download' ? 'downloaded' : 'already here'}: ${path}\n`,
      );
    }
  }
}

/** Hashes again what is cached; 69 if a file is not what its checksum says. */
export async function verifyModels(names: readonly string[], context: CliContext): Promise<number> {
  const cacheDir = resolveCacheDir(undefined, context.env);
  const wanted = names.length > 0 ? names : await listModelNames();
  let status = 0;
  let checked = 0;
  for (const name of wanted) {
    const loaded = await loadModelSpec(name, context.cwd);
    for (const [role, sources] of Object.entries(loaded.spec.files ?? {})) {
      const label = role === 'model' ? loaded.spec.name : `${loaded.spec.name} (${role})`;
      const source = sources[0];
      if (source === undefined) continue;
      if (source.kind === 'file') {
        const { sha256 } = await ensureModelFile(sources, {
          name: label,
          baseDir: loaded.folder,
          env: context.env,
        });
        context.out(`${label}: ok, sha256 ${sha256}\n`);
        checked++;
        continue;
      }
      const result = await verifyCached(cacheDir, source, context.signal);
      if (result.kind === 'absent') {
        if (names.length > 0)
          context.out(`${label}: not in the cache (maskbench models pull ${loaded.spec.name})\n`);
        continue;
      }
      checked++;
      if (result.kind === 'intact') context.out(`${label}: ok, sha256 ${result.file.sha256}\n`);
      else {
        const { difference } = result;
        context.out(`${label}: DAMAGED, ${difference}; "maskbench models pull" replaces it\n`);
        status = EXIT_STATUS['source.checksum'];
      }
    }
  }
  if (checked === 0 && names.length === 0) context.out('no model is in the cache\n');
  return status;
}

async function isHere({ spec, folder }: LoadedSpec, cacheDir: string): Promise<boolean> {
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
