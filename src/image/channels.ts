/**
 * The colours of CMYK pixels by plain arithmetic, as Pillow has it.
 *
 * @param data interleaved: cyan, magenta, yellow, black as light, and what else a pixel has
 */
export function rgbOfCmyk(data: Uint8Array, count: number, channels: number): Uint8Array {
  const rgb = new Uint8Array(count * 3);
  for (let i = 0, p = 0, q = 0; i < count; i++, p += channels, q += 3) {
    const light = 255 - data[p + 3];
    for (let c = 0; c < 3; c++) {
      const ink = data[p + c] * light + 128;
      rgb[q + c] = light - (((ink >> 8) + ink) >> 8);
    }
  }
  return rgb;
}

/** One number per pixel of 1 to 4 interleaved channels: alpha where it is not opaque everywhere, else Pillow's luma. */
export function matteChannel(pixels: Uint8Array, count: number, channels: number): Uint8Array {
  if (channels === 1) return pixels;
  const out = new Uint8Array(count);
  if (channels === 2 || channels === 4) {
    let opaque = true;
    for (let i = 0, p = channels - 1; i < count; i++, p += channels) {
      out[i] = pixels[p];
      if (pixels[p] !== 255) opaque = false;
    }
    if (!opaque) return out;
  }
  for (let i = 0, p = 0; i < count; i++, p += channels) {
    out[i] =
      channels === 2
        ? pixels[p]
        : (pixels[p] * 19595 + pixels[p + 1] * 38470 + pixels[p + 2] * 7471 + 0x8000) >> 16;
  }
  return out;
}
