import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../src/core/package-root.js';
import { ENGINE_VERSION } from '../src/runners/onnx/engine/engine.js';
import { CUDA_MAJORS } from '../src/runners/onnx/gpu/pins.js';
import { cli } from './support/cli.js';

const FILE = join(PACKAGE_ROOT, 'Dockerfile');
const text = await readFile(FILE, 'utf8');
const guide = await readFile(join(PACKAGE_ROOT, 'docs/gpu.md'), 'utf8');
const hasHadolint = spawnSync('hadolint', ['--version']).status === 0;

/** The values of a flag in the guide's `docker` commands. */
const saidInGuide = (pattern: RegExp): readonly string[] =>
  [...guide.matchAll(pattern)].map(([, value = '']) => value);

describe('the Dockerfile', () => {
  it('has the images that the guide builds', () => {
    const targets = [...text.matchAll(/^FROM \S+ AS (\w+)$/gm)].map(([, name]) => name);
    const wanted = saidInGuide(/^docker build --target (\w+)/gm);
    expect(wanted).toEqual(['cpu', 'cuda']);
    expect(targets).toEqual(expect.arrayContaining([...wanted]));
    for (const target of wanted)
      expect(text).toMatch(new RegExp(`^#\\s+docker build --target ${target} `, 'm'));
  });

  it('has the ONNX Runtime that is used, a CUDA that can be installed, and a Node that runs it', async () => {
    expect(text).toContain(`onnxruntime-node@${ENGINE_VERSION}`);
    const [, cuda] = /^ARG CUDA=(\d+)$/m.exec(text) ?? [];
    expect(CUDA_MAJORS.map(String)).toContain(cuda);
    const { engines } = JSON.parse(await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
      readonly engines: { readonly node: string };
    };
    const [, least] = /(\d+)/.exec(engines.node) ?? [];
    const [, node] = /^ARG BASE=node:(\d+)-/m.exec(text) ?? [];
    expect(Number(node)).toBeGreaterThanOrEqual(Number(least));
  });

  it('calls commands and copies files that are there', async () => {
    const { status, out } = await cli(['gpu', 'install', '--help'], PACKAGE_ROOT);
    expect([status, out]).toEqual([0, expect.stringContaining('--cuda <version>')]);
    expect(text).toContain('maskbench gpu install --cuda "${CUDA}"');
    for (const [, files = ''] of text.matchAll(/^COPY ((?:\S+ )+)\.\/?$/gm))
      for (const file of files.trim().split(' '))
        expect(existsSync(join(PACKAGE_ROOT, file)), file).toBe(true);
  });

  it('keeps its cache where the guide mounts a volume, and its user can write there', () => {
    const [, cache = ''] = /^ENV MASKBENCH_CACHE=(\S+)$/m.exec(text) ?? [];
    expect(saidInGuide(/-v maskbench-cache:(\S+)/g)).toEqual([cache]);
    expect(text).toContain(`chown 1000:1000 ${cache} /work`);
    expect(text.trimEnd().split('\n').at(-1)).toBe('USER 1000:1000');
  });

  it.skipIf(!hasHadolint)('is accepted by hadolint (skipped where it is not installed)', () => {
    const { status, stdout } = spawnSync('hadolint', [FILE], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, '']);
  });
});
