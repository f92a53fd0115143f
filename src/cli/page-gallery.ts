import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { readdir, rm } from 'node:fs/promises';
import type { Comparison } from '../schema/comparison.js';
import { writeWhole } from '../core/write-whole.js';
import { allMean, assertMeant } from './meant-flags.js';
import type { Gallery } from '../schema/gallery.js';
import type { GalleryRequest } from '../analysis/gallery/build-gallery.js';
import { galleryOfComparison, galleryOfRuns, type NamedRun } from '../analysis/gallery/galleries.js';
import { runFolder } from '../store/run-folder.js';
import { openSide } from '../analysis/compare/open-side.js';
import type { Side } from '../analysis/compare/side.js';
import type { PictureFlags } from './command-with-pictures.js';
import { writingTo } from '../core/failed-write.js';
import { makeFolder } from '../core/sync.js';
import type { StorePreview } from '../analysis/gallery/preview-image.js';

/** What a user may say of the pictures of a page. */
interface GalleryOptions extends PictureFlags {
  /** A run folder or baseline. */
  readonly against?: string;
  /** By which images are chosen. */
  readonly metric?: string;
}

const IMAGES = 60;
const SIZE = 768;

/** The pictures of runs; null where none are wanted, or where a folder has a summary and nothing else. */
export async function galleryOfPage(
  runs: readonly string[],
  page: string | null,
  options: GalleryOptions,
  cwd: string,
): Promise<Gallery | null> {
  const { gallery: count = IMAGES, gallerySize: size = SIZE, embed, against, metric } = options;
  const [first, ...others] = runs
    .map((run) => ({ path: resolve(cwd, run), label: labelOf(run, runs) }))
    .filter(({ path }) => existsSync(runFolder(path).manifest));
  if (first === undefined || count === false) return null;
  const named: readonly [NamedRun, ...NamedRun[]] = [first, ...others];
  const past = against === undefined ? null : await openSide(against, cwd, { unfinished: true });
  return withFiles(page, embed, (place) => galleryOfRuns(named, past, { metric, count, size, place }));
}

/** The pictures of a comparison: the images that moved most. */
export async function galleryOfComparedPage(
  baseline: Side,
  candidate: Side,
  comparison: Comparison,
  page: string | null,
  options: GalleryOptions,
): Promise<Gallery | null> {
  const { gallery: count = IMAGES, gallerySize: size = SIZE, embed } = options;
  const metric = comparison.pairs[0]?.metrics[0]?.metric;
  return count === false
    ? null
    : withFiles(page, embed, (place) =>
        galleryOfComparison(baseline, candidate, comparison, { metric, count, size, place }),
      );
}

async function withFiles(
  page: string | null,
  embed: boolean | undefined,
  build: (place: GalleryRequest['place']) => Promise<Gallery | null>,
): Promise<Gallery | null> {
  let files: GalleryFiles | undefined;
  const gallery = await build((images) => {
    files = galleryFiles(page, images, embed);
    return files.store;
  });
  await files?.finish();
  return gallery;
}

/** @throws MaskbenchError `usage` for pictures in a format that has none, or where there are none. */
export function assertGalleryHasPage(
  { out, ...options }: GalleryOptions & { readonly out?: string | undefined },
  isPage: boolean,
  format: string,
): void {
  const flags = ['gallery', 'gallerySize', 'embed', 'against'] as const;
  assertMeant(options, allMean(flags, [isPage, `pages, and the format is ${format}`, 'add --format html']));
  const some = options.gallery !== false;
  assertMeant(
    options,
    allMean(['gallerySize', 'embed', 'against'], [some, 'pages with pictures', 'leave out --no-gallery']),
  );
  const isFile = options.embed !== false || out !== undefined;
  assertMeant(options, { embed: [isFile, 'pages that are files', 'name one with --out'] });
}

/** The folder's own name, where the runs differ in it. */
function labelOf(run: string, runs: readonly string[]): string {
  const name = basename(resolve(run));
  return runs.filter((other) => basename(resolve(other)) === name).length === 1 ? name : run;
}

/** Where the pictures of a page go. */
interface GalleryFiles {
  readonly store: StorePreview;
  /** Removes what an earlier page of that name left and this one does not show. */
  finish(): Promise<void>;
}

/** What `previewImage` calls its files, and what a killed process left of one: nothing else in the folder is ever removed. */
const OURS =
  /^[0-9a-f]{12}-(picture\.webp|truth\.png|ignored\.png|matte-\d+\.png)(\.\d+|\.[0-9a-f]{10}\.tmp)?$/;

/** Pictures inside the page, as `data:` URLs. */
function embeddedFiles(): GalleryFiles {
  return {
    store: async (name, bytes) =>
      `data:image/${extname(name).slice(1)};base64,${Buffer.from(bytes).toString('base64')}`,
    finish: async () => undefined,
  };
}

/** The folder of pictures that a page shows, as `report-images/`, if it has one. */
export function picturesBeside(page: string, html: string): readonly string[] {
  const name = imagesOf(page);
  return html.includes(`src="${encodeURIComponent(name)}/`) ? [`${name}/`] : [];
}

function imagesOf(page: string): string {
  return `${basename(page, extname(page))}-images`;
}

/** Pictures in `report-images/` beside `report.html`, by relative URLs. */
function filesBeside(page: string): GalleryFiles {
  const folderName = imagesOf(page);
  const folder = join(dirname(page), folderName);
  const written = new Set<string>();
  return {
    async store(name, bytes) {
      await writingTo(folder, async () => {
        await makeFolder(folder);
        await writeWhole(join(folder, name), bytes);
      });
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
function galleryFiles(page: string | null, images: number, embed: boolean | undefined): GalleryFiles {
  return page === null || (embed ?? images <= EMBEDDED_IMAGES) ? embeddedFiles() : filesBeside(page);
}
