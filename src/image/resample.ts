import { resamplePillow } from './resample-pillow.js';

export type ResampleFilter =
  'pillow-lanczos' | 'pillow13-lanczos' | 'pillow-bicubic' | 'pillow-bilinear' | 'libvips-lanczos3';

/** Resizes interleaved 8-bit pixels by the named filter; the Pillow ones are exact re-implementations. */
export async function resample(
  data: Uint8Array,
  width: number,
  height: number,
  channels: 1 | 3,
  toWidth: number,
  toHeight: number,
  filter: ResampleFilter,
): Promise<Uint8Array> {
  switch (filter) {
    case 'pillow-lanczos':
      return resamplePillow(data, width, height, channels, toWidth, toHeight, 'lanczos');
    case 'pillow13-lanczos':
      return resamplePillow(data, width, height, channels, toWidth, toHeight, 'lanczos', 'pillow-13');
    case 'pillow-bicubic':
      return resamplePillow(data, width, height, channels, toWidth, toHeight, 'bicubic');
    case 'pillow-bilinear':
      return resamplePillow(data, width, height, channels, toWidth, toHeight, 'bilinear');
    case 'libvips-lanczos3': {
      // Only then: a process that computes and reads no pictures starts sooner without libvips.
      const { resizeWithLibvips } = await import('./codec.js');
      return resizeWithLibvips(data, width, height, channels, toWidth, toHeight);
    }
  }
}
