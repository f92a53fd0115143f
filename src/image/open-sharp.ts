import { createRequire } from 'node:module';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import type { default as OpenSharp } from 'sharp';

export type { Metadata, Raw, Sharp } from 'sharp';

/**
 * Sharp, set up for this program. It is loaded as CommonJS, which every process and thread that reads pictures does in half the time
 * of the other build.
 */
export const sharp = createRequire(import.meta.url)('sharp') as typeof OpenSharp;

// One image is decoded per call; parallelism belongs to the callers, who know how many cores they may use.
sharp.concurrency(1);
sharp.cache(false);

const IS_SET = 'maskbench: what libvips may load';

// What a picture may be, by its content, whatever it is called. libvips would also read drawings (SVG), its own format and
// whatever else it was built with. All threads of a process share this, and between the two calls nothing can be read: so it is
// done once, by the thread that starts the others, which are told.
if (getEnvironmentData(IS_SET) !== true) {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: [
      ...['Jpeg', 'Png', 'Webp', 'Tiff', 'Nsgif', 'Heif'].map((format) => `VipsForeignLoad${format}`),
      // Of our own plots, never of a file.
      'VipsForeignLoadSvgBuffer',
    ],
  });
  setEnvironmentData(IS_SET, true);
}
