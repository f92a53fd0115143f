import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PACKAGE_ROOT } from '../../../../src/core/package-root.js';
import { PROVIDERS, type Provider } from '../../../../src/runners/device.js';
import { loadEngine } from '../../../../src/runners/onnx/engine/engine.js';
import { OFFERED, PLATFORM } from '../../../../src/runners/onnx/engine/platforms.js';

const require = createRequire(import.meta.url);
/** The package as npm brings it, for all platforms. */
const PACKAGE = dirname(require.resolve('onnxruntime-node/package.json'));
const BINARIES = join(PACKAGE, 'bin/napi-v6');
const PLATFORMS = readdirSync(BINARIES).flatMap((system) =>
  readdirSync(join(BINARIES, system)).map((architecture) => `${system}/${architecture}`),
);

/** What its install script fetches, by platform: the only trace of providers that are loaded later. */
const { requirements, manifests } = z
  .object({
    requirements: z.record(z.string(), z.array(z.string())),
    manifests: z.record(z.string(), z.record(z.string(), z.unknown())),
  })
  .parse(require(join(PACKAGE, 'script/install-metadata.js')));

/** What of a provider is in a platform's files: a sentence of its source, a library that it links with, a file that is fetched. */
function evidenceOf(platform: string): readonly Provider[] {
  const folder = join(BINARIES, platform);
  const names = ['libonnxruntime.so.1', 'libonnxruntime.1.dylib', 'onnxruntime.dll'];
  const library = readFileSync(join(folder, names.find((name) => existsSync(join(folder, name))) ?? ''));
  const fetched = (requirements[platform] ?? []).flatMap((name) =>
    Object.keys(manifests[`${platform}:${name}`] ?? {}),
  );
  const found: Readonly<Record<Provider, boolean>> = {
    cpu: library.includes('CPUExecutionProvider'),
    webgpu: library.includes('WebGPU device lost ('),
    coreml: library.includes('/System/Library/Frameworks/CoreML.framework'),
    dml: library.includes('DirectML.dll') && existsSync(join(folder, 'DirectML.dll')),
    cuda: fetched.some((name) => name.includes('providers_cuda')),
    tensorrt: fetched.some((name) => name.includes('providers_tensorrt')),
  };
  return PROVIDERS.filter((provider) => found[provider]);
}

const sorted = (names: Iterable<string>): readonly string[] => [...names].sort();

describe('what onnxruntime-node offers', () => {
  it('is there for the platforms that its package has binaries for', () => {
    expect(sorted(Object.keys(OFFERED))).toEqual(sorted(PLATFORMS));
  });

  it.each(PLATFORMS)('has on %s the providers that its files show', (platform) => {
    expect(sorted(OFFERED[platform] ?? [])).toEqual(sorted(evidenceOf(platform)));
  });

  it('has here what it says itself', () => {
    expect(
      sorted(
        loadEngine()
          .listSupportedBackends()
          .map(({ name }) => name),
      ),
    ).toEqual(sorted(OFFERED[PLATFORM] ?? []));
  });

  it('is every provider that can be asked for, somewhere', () => {
    expect(sorted(new Set(Object.values(OFFERED).flat()))).toEqual(sorted(PROVIDERS));
  });

  it('is what its README says, but for Intel Macs, which have no binaries, and TensorRT, of which it says nothing', async () => {
    const titles: Readonly<Record<string, Provider>> = {
      CPU: 'cpu',
      WebGPU: 'webgpu',
      DirectML: 'dml',
      CUDA: 'cuda',
      CoreML: 'coreml',
    };
    const systems: Readonly<Record<string, string>> = { Windows: 'win32', Linux: 'linux', MacOS: 'darwin' };
    const text = await readFile(join(PACKAGE, 'README.md'), 'utf8');
    const rows = text.split('\n').filter((line) => line.startsWith('| '));
    const cells = rows.map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    const [head = [], , ...body] = cells;
    const said: string[] = [];
    for (const [title = '', ...marks] of body)
      for (const [i, mark] of marks.entries()) {
        const [system = '', architecture = ''] = (head[i + 1] ?? '').split(' ');
        if (mark.startsWith('✔')) said.push(`${systems[system]}/${architecture} ${titles[title]}`);
      }
    expect(said).toContain('darwin/x64 coreml');
    const ours = Object.entries(OFFERED).flatMap(([platform, providers]) =>
      providers.filter((provider) => provider !== 'tensorrt').map((provider) => `${platform} ${provider}`),
    );
    expect(sorted(ours)).toEqual(sorted(said.filter((line) => !line.startsWith('darwin/x64'))));
  });

  it('is in the table of the guide', async () => {
    const guide = await readFile(join(PACKAGE_ROOT, 'docs/gpu.md'), 'utf8');
    const [, table = ''] = /<!-- providers -->\s+([^]*?)\s+<!-- \/providers -->/.exec(guide) ?? [];
    const rows = table
      .split('\n')
      .slice(2)
      .map((line) => line.split('|').map((cell) => cell.trim()));
    const told = rows.map(([, platform, ...providers]) => [
      platform?.replaceAll('`', ''),
      PROVIDERS.filter((_, i) => providers[i] !== 'no'),
    ]);
    expect(Object.fromEntries(told)).toEqual(
      Object.fromEntries(
        Object.entries(OFFERED).map(([platform, offered]) => [
          platform,
          PROVIDERS.filter((provider) => offered.includes(provider)),
        ]),
      ),
    );
  });
});
