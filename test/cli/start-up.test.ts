import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { IS_BUILT, MAIN } from '../support/cli.js';
import { useTempFolders } from '../support/temp-folder.js';
import { writePairedFolders } from '../support/tiny-datasets.js';

const tempFolder = useTempFolders();

/** Every file that a command line loads as a module, and what CommonJS packages load besides. */
async function loadedBy(...argv: readonly string[]): Promise<readonly string[]> {
  const folder = await tempFolder();
  const hooks = join(folder, 'hooks.mjs');
  const register = join(folder, 'register.mjs');
  await writeFile(
    hooks,
    'export async function load(url, context, next) { process._rawDebug(`LOAD ${url}`); return next(url, context); }',
  );
  await writeFile(
    register,
    `import Module, { register } from 'node:module';
register(${JSON.stringify(pathToFileURL(hooks).href)});
process.on('exit', () => { for (const path of Object.keys(Module._cache)) process._rawDebug('LOAD ' + path); });`,
  );
  const { stderr } = await promisify(execFile)(process.execPath, ['--import', register, MAIN, ...argv]);
  return stderr.split('\n').flatMap((line) => (line.startsWith('LOAD ') ? [line.slice('LOAD '.length)] : []));
}

const packagesIn = (files: readonly string[]): ReadonlySet<string> =>
  new Set(files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []));

/** Those of Maskbench itself, without `dist/`. */
const ownOf = (files: readonly string[]): readonly string[] => {
  const dist = pathToFileURL(dirname(dirname(MAIN))).href;
  return files.flatMap((file) => (file.startsWith(`${dist}/`) ? [file.slice(dist.length + 1)] : []));
};

describe.skipIf(!IS_BUILT)(
  'a command that does next to nothing loads next to nothing (skipped unless dist/ is built)',
  () => {
    it('is the help: no command, no schema, no YAML, no decoder, no network', async () => {
      const files = await loadedBy('--help');
      const packages = packagesIn(files);
      expect(packages).toContain('commander');
      for (const name of ['zod', 'yaml', 'sharp', 'undici', 'tar', '@huggingface/hub', 'onnxruntime-node'])
        expect(packages).not.toContain(name);
      const own = ownOf(files);
      expect(own).toContain('cli/commands/index.js');
      expect(own.filter((file) => /^cli\/commands\/(?!index\.js)/.test(file))).toEqual([]);
      expect(own.length).toBeLessThanOrEqual(18);
    });

    it('is the list of models: no decoder, no network, no inference', async () => {
      const files = await loadedBy('models', 'list');
      const packages = packagesIn(files);
      expect(packages).toContain('zod');
      for (const name of [
        'cli-table3',
        'sharp',
        'undici',
        'tar',
        'yauzl',
        '@huggingface/hub',
        'onnxruntime-node',
        'piscina',
      ])
        expect(packages).not.toContain(name);
      const own = ownOf(files);
      const ofOthers = /^cli\/commands\/(?!index\.js|models\/)/;
      const ofUse =
        /^(models\/(sources\/(download|http|npm-source|hub-source)|feedings\/.*)|image\/(codec|resample.*)|runners\/(onnx\/session|masks\/mask-files))\.js$/;
      expect(own.filter((file) => ofOthers.test(file) || ofUse.test(file))).toEqual([]);
      expect(own.length).toBeLessThanOrEqual(85);
    });

    it('is a config that is written: no page, no plots', async () => {
      const folder = await tempFolder();
      await writePairedFolders(folder, 2);
      const path = join(folder, 'run.yaml');
      const photos = ['--images', join(folder, 'im'), '--masks', join(folder, 'gt')];
      const files = await loadedBy('init', path, '--models', 'u2netp', ...photos);
      expect(existsSync(path)).toBe(true);
      for (const name of ['@observablehq/plot', 'linkedom', 'preact'])
        expect(packagesIn(files)).not.toContain(name);
      expect(ownOf(files).filter((file) => /^reports\/(page|plots)\//.test(file))).toEqual([]);
    });
  },
);
