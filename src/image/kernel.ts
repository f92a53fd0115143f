import { readFileSync } from 'node:fs';
import { compiledEntry } from '../core/package-root.js';
import { MaskbenchError } from '../core/errors.js';

const PAGE_BYTES = 65_536;

/** More memory than this goes back to the system after use: whoever keeps a kernel lets go of it then. */
export const KEPT_BYTES = 64 * 1024 * 1024;

/** Loads `<name>.wat` as it was compiled beside this file; whoever calls it knows what it exports. */
export function loadKernel<Kernel extends { readonly memory: WebAssembly.Memory }>(name: string): Kernel {
  const path = compiledEntry(new URL(`./${name}.wasm`, import.meta.url));
  return new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path))).exports as unknown as Kernel;
}

/**
 * Sees to it that the memory holds so many bytes. Views of it that were made before must be made again.
 *
 * @throws MaskbenchError `runner.out-of-memory` where that is more than 4 GiB, or the system has no more.
 */
export function growTo(memory: WebAssembly.Memory, bytes: number, tooLarge: string): void {
  const pages = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
  if (pages <= 0) return;
  try {
    memory.grow(pages);
  } catch (cause) {
    throw new MaskbenchError('runner.out-of-memory', tooLarge, {
      remedy: 'pixels and result may take 4 GiB of memory at most',
      cause,
    });
  }
}
