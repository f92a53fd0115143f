import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { MaskbenchError } from '../core/errors.js';
import { isDiskFull } from '../core/failure.js';
import type { StorePreview } from '../analysis/gallery/preview-image.js';

/** Where the pictures of a page go. */
export interface GalleryFiles {
  readonly store: StorePreview;
  /** Removes what an earlier page of that name left and this one does not show. */
  finish(): Promise<void>;
}

/** What `previewImage` calls its files: nothing else in the folder is ever removed. */
const OURS = /^[0-9a-f]{12}-(picture\.webp|truth\.png|ignored\.png|matte-\d+\.png)$/;

/** Pictures inside the page, as `data:` URLs. */
export function embeddedFiles(): GalleryFiles {
  return {
    store: async (name, bytes) =>
      `data:image/${extname(name).slice(1)};base64,${Buffer.from(bytes).toString('base64')}`,
    finish: async () => undefined,
  };
}

/** Pictures in `report-images/` beside `report.html`, by relative URLs. */
export function filesBeside(page: string): GalleryFiles {
  const folderName = `${basename(page, extname(page))}-images`;
  const folder = join(dirname(page), folderName);
  const written = new Set<string>();
  return {
    async store(name, bytes) {
      try {
        await mkdir(folder, { recursive: true });
        await writeFileAtomic(join(folder, name), Buffer.from(bytes));
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new MaskbenchError(isDiskFull(cause) ? 'disk.full' : 'usage', `cannot write: ${reason}`, {
          where: folder,
          cause,
        });
      }
      written.add(name);
      return `${encodeURIComponent(folderName)}/${name}`;
    },
    async finish() {
      const there = await readdir(folder).catch(() => []);
      for (const name of there) if (OURS.test(name) && !written.has(name)) await rm(join(folder, name));
    },
  };
}

/** Images that a page carries unless asked otherwise: some megabytes. Known before the first of them is made. */
const EMBEDDED_IMAGES = 24;

/**
 * Where the pictures of a page go: into it while they are few, beside it when they are many, or as asked.
 *
 * @param page the file of the page; null where it goes to stdout, beside which nothing can lie
 * @param images shown at most
 */
export function galleryFiles(page: string | null, images: number, embed: boolean | undefined): GalleryFiles {
  return page === null || (embed ?? images <= EMBEDDED_IMAGES) ? embeddedFiles() : filesBeside(page);
}
