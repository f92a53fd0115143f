import { readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { systemCode } from '../../../core/system-code.js';
import { writeWhole } from '../../../core/write-whole.js';
import { ownedName } from '../../../models/sources/owner.js';
import { firstFault, readContents } from '../../../models/sources/whole-folder.js';
import { binaryFolder } from '../engine/engine.js';

const partSchema = z.object({
  /** Its place in the folder of all parts. */
  folder: z.string(),
  /** The archive that it came out of. */
  from: z.string(),
  /** Of that archive; of the provider itself where no archive was kept. */
  sha256: z.string(),
  /** What the sum was held against: one that Maskbench names, one that the user gave, or none (it is recorded). */
  checked: z.enum(['pinned', 'given', 'first-use']),
});
const recordSchema = z.object({
  /** The ONNX Runtime that the provider belongs to. */
  engine: z.string(),
  cuda: z.number(),
  parts: z.array(partSchema),
  /** The user's folder with TensorRT's libraries. */
  tensorrt: z.string().nullable(),
});

export type GpuPart = z.output<typeof partSchema>;
export type GpuRecord = z.output<typeof recordSchema>;

/** What `maskbench gpu install` has put into the cache, and how much of it is still there. */
export interface Installed extends Omit<GpuRecord, 'parts'> {
  readonly home: string;
  /** With the first file of each that is not there any more, or not as long as it was. */
  readonly parts: readonly (GpuPart & { readonly bytes: number; readonly fault: string | null })[];
  /** Paths of ONNX Runtime's providers. */
  readonly providers: readonly string[];
  /** Where the loader finds the libraries, best first. */
  readonly folders: readonly string[];
}

export const RECORD = 'installed.json';

/**
 * Where everything for graphics cards is kept:
 *
 *     <cache>/gpu/installed.json                    what is in use, written last
 *     <cache>/gpu/<name>-<version>-<sum>/           the libraries of one archive, with contents.json and SHA256SUMS
 *     <cache>/gpu/wheels/                           archives that were fetched and are not unpacked yet
 */
export function gpuHome(cacheDir: string): string {
  return join(cacheDir, 'gpu');
}

/** Undefined where nothing is installed; a file that is missing since is named with its part. */
export async function readInstalled(home: string): Promise<Installed | undefined> {
  let record: GpuRecord;
  try {
    record = recordSchema.parse(JSON.parse(await readFile(join(home, RECORD), 'utf8')));
  } catch {
    return undefined;
  }
  const parts: Installed['parts'][number][] = [];
  const libraries: string[] = [];
  for (const part of record.parts) {
    const folder = join(home, part.folder);
    const contents = (await readContents(folder)) ?? {};
    libraries.push(
      ...Object.keys(contents)
        .filter(isLibrary)
        .map((path) => join(folder, path)),
    );
    const bytes = Object.values(contents).reduce((sum, size) => sum + size, 0);
    const fault = await firstFault(folder);
    parts.push({ ...part, bytes, fault: fault === undefined ? null : join(folder, fault) });
  }
  const providers = libraries.filter((path) => basename(path).startsWith('libonnxruntime_providers_'));
  const others = libraries.filter((path) => !providers.includes(path)).map((path) => dirname(path));
  const folders = new Set([...others, ...(record.tensorrt === null ? [] : [record.tensorrt])]);
  return { ...record, home, parts, providers, folders: [...folders] };
}

export async function writeInstalled(home: string, record: GpuRecord): Promise<void> {
  await writeWhole(join(home, RECORD), `${JSON.stringify(record, null, 2)}\n`);
}

export function isLibrary(path: string): boolean {
  return /\.so[.\d]*$/.test(path);
}

/**
 * Links the providers beside ONNX Runtime, which looks for them nowhere else; `npm ci` removes them there. A file that
 * somebody put there stays. Two processes may do so at once.
 *
 * @returns what the system says where it does not let us.
 */
export async function linkProviders(
  { providers }: Pick<Installed, 'providers'>,
  engine: string,
): Promise<string | undefined> {
  for (const path of providers) {
    const place = join(binaryFolder(engine), basename(path));
    try {
      const there = await readlink(place).catch(notALink);
      if (there === path || there === 'a file') continue;
      const draft = join(dirname(place), ownedName(basename(path), 'tmp'));
      await symlink(path, draft);
      await rename(draft, place);
    } catch (error) {
      return `${place}: ${systemCode(error)}`;
    }
  }
  return undefined;
}

function notALink(error: unknown): 'a file' | 'nothing' {
  if (systemCode(error) === 'EINVAL') return 'a file';
  if (systemCode(error) === 'ENOENT') return 'nothing';
  throw error;
}

/** Removes the links to what is kept in `home`. */
export async function unlinkProviders(home: string, engine: string): Promise<void> {
  for (const name of ['cuda', 'shared', 'tensorrt'].map((one) => `libonnxruntime_providers_${one}.so`)) {
    const place = join(binaryFolder(engine), name);
    const target = await readlink(place).catch(() => '');
    if (target.startsWith(join(home, '/'))) await rm(place, { force: true });
  }
}
