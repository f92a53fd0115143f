import { copyFile, lstat, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MaskbenchError } from '../../../core/errors.js';
import { hashFile } from '../../../core/hash-file.js';
import { runClient } from '../../../models/sources/run-client.js';
import { isWhole } from '../../../models/sources/whole-folder.js';
import { binaryFolder, ENGINE_VERSION } from '../engine/engine.js';
import { type GpuPart, unlinkProviders } from './installed.js';
import { makePart } from './unpack-part.js';

interface Fetching {
  readonly home: string;
  readonly temporary: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

const FROM = `NuGet: Microsoft.ML.OnnxRuntime.Gpu.Linux ${ENGINE_VERSION}`;
const FILES = ['cuda', 'shared', 'tensorrt'].map((name) => `libonnxruntime_providers_${name}.so`);

/**
 * Has onnxruntime-node's own install script fetch the provider, and moves it to the cache, where `npm ci` does not take it away.
 * Nothing that could be held against it is published where the script looks: its sum is recorded, and told.
 */
export async function fetchFromNuget(
  known: readonly GpuPart[],
  engine: string,
  { home, temporary, env, signal }: Fetching,
): Promise<GpuPart> {
  const before = known.find(({ from }) => from === FROM);
  if (before !== undefined && (await isWhole(join(home, before.folder)))) return before;
  const folder = binaryFolder(engine);
  const places = FILES.map((name) => join(folder, name));
  const [cuda = folder] = places;
  if (!(await isFile(cuda))) {
    // The script would write through them.
    await unlinkProviders(home, engine);
    await runInstallScript(engine, env, signal);
  }
  const sha256 = await hashFile(cuda);
  const part = {
    folder: `provider-${sha256.slice(0, 12)}`,
    from: FROM,
    sha256,
    checked: 'first-use',
  } as const;
  await makePart(join(home, part.folder), temporary, async (draft) => {
    for (const place of places) if (await isFile(place)) await copyFile(place, join(draft, basename(place)));
  });
  // The links to the cache take their place.
  for (const place of places) await rm(place, { force: true });
  return part;
}

async function runInstallScript(
  engine: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<void> {
  const script = join(engine, 'script', 'install.js');
  const remedy = `fetch that package by hand, and name it: --cuda 12 --from FILE`;
  if (!(await isFile(script))) {
    throw new MaskbenchError('source.unreachable', 'this onnxruntime-node has no script that fetches it', {
      where: FROM,
      remedy: `${remedy}; or install onnxruntime-node@${ENGINE_VERSION} beside Maskbench`,
    });
  }
  const { status, output } = await runClient({
    command: process.execPath,
    args: [script],
    cwd: engine,
    // Without this variable the script decides by itself to do nothing.
    env: { ...env, ONNXRUNTIME_NODE_INSTALL: 'cuda12' },
    signal,
    where: FROM,
    remedy,
  });
  if (status === 0 && (await isFile(join(binaryFolder(engine), FILES[0] ?? '')))) return;
  const reason = output.split('\n').find((line) => /^\w*Error: /.test(line)) ?? 'it left no provider';
  throw new MaskbenchError(
    'source.unreachable',
    `onnxruntime-node's script could not fetch it: ${reason.trim()}`,
    {
      where: FROM,
      remedy: `is NuGet in reach? Otherwise ${remedy}`,
    },
  );
}

async function isFile(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isFile() === true;
}
