// Writes the small pictures of test/models/parity: one form of image file each that a decoder can get wrong. They are
// committed, so that the figures in test/models/parity.json do not hang on an encoder's version.
// Usage: node scripts/parity/make-inputs.mjs [folder]
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

const folder = process.argv[2] ?? join(import.meta.dirname, '../../test/models/parity');

/**
 * A lit ball before a sloping ground with fine grain: smooth parts, an edge, and detail. `light` is the brightest.
 *
 * @param {number} width
 * @param {number} height
 */
function scene(width, height, light = 255) {
  const data = Buffer.alloc(width * height * 3);
  let state = width * 31 + height;
  const grain = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 24) / 255;
  };
  const radius = Math.min(width, height) * 0.36;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [x - width * 0.45, y - height * 0.52];
      const inside = Math.hypot(dx, dy) < radius;
      const shade = inside ? 1 - Math.hypot(dx + radius / 3, dy + radius / 3) / (2.2 * radius) : 0;
      const ground = 0.15 + (0.5 * x) / width + (0.2 * y) / height;
      const stripe = (x + 2 * y) % 11 < 2 ? 0.1 : 0;
      const colour = inside
        ? [0.95 * shade + 0.1, 0.6 * shade + 0.05, 0.35 * shade]
        : [ground * 0.5, ground * 0.8 + stripe, ground];
      const at = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) {
        data[at + c] = Math.max(0, Math.min(light, Math.round((colour[c] + 0.08 * (grain() - 0.5)) * light)));
      }
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/**
 * The same with an alpha channel that fades from left to right.
 *
 * @param {number} width
 * @param {number} height
 */
async function translucent(width, height) {
  const alpha = Buffer.alloc(width * height);
  for (let i = 0; i < alpha.length; i++) alpha[i] = Math.round(((i % width) * 255) / width);
  return sharp(await scene(width, height).png().toBuffer()).joinChannel(alpha, {
    raw: { width, height, channels: 1 },
  });
}

/**
 * @param {number} width
 * @param {number} height
 * @param {number} orientation
 */
const oriented = (width, height, orientation) =>
  scene(width, height).jpeg({ quality: 88 }).withMetadata({ orientation }).toBuffer();

const FILES = {
  'photo.jpg': () => scene(160, 107).jpeg({ quality: 85, chromaSubsampling: '4:2:0' }).toBuffer(),
  'portrait-progressive.jpg': () =>
    scene(97, 150).jpeg({ quality: 90, chromaSubsampling: '4:4:4', progressive: true }).toBuffer(),
  'exif-3.jpg': () => oriented(120, 80, 3),
  'exif-5.jpg': () => oriented(121, 77, 5),
  'exif-6.jpg': () => oriented(150, 100, 6),
  'exif-8.jpg': () => oriented(99, 131, 8),
  'dark.jpg': () => scene(128, 96, 121).jpeg({ quality: 92 }).toBuffer(),
  'grey.jpg': () => scene(110, 90).toColourspace('b-w').jpeg({ quality: 88 }).toBuffer(),
  'cmyk.jpg': () => scene(112, 84).toColourspace('cmyk').jpeg({ quality: 88 }).toBuffer(),
  'cmyk.tif': () => scene(40, 56).toColourspace('cmyk').tiff({ compression: 'lzw' }).toBuffer(),
  'alpha.png': async () => (await translucent(54, 72)).png().toBuffer(),
  'grey-alpha.png': async () =>
    sharp(await (await translucent(70, 64)).png().toBuffer())
      .toColourspace('b-w')
      .png()
      .toBuffer(),
  'palette.png': () => scene(96, 72).png({ palette: true, colours: 64 }).toBuffer(),
  'palette-alpha.png': async () => (await translucent(72, 96)).png({ palette: true, colours: 64 }).toBuffer(),
  'sixteen-bit.png': () => scene(60, 50).toColourspace('rgb16').png().toBuffer(),
  'grey.png': () => scene(100, 75).toColourspace('b-w').png().toBuffer(),
  'lossy.webp': () => scene(130, 95).webp({ quality: 80 }).toBuffer(),
  'wide.png': () => scene(300, 9).png().toBuffer(),
  'tiny.png': () => scene(3, 2).png().toBuffer(),
  'large.jpg': () => scene(1481, 987).jpeg({ quality: 30 }).toBuffer(),
};

await mkdir(folder, { recursive: true });
for (const [name, make] of Object.entries(FILES)) {
  const bytes = await make();
  await writeFile(join(folder, name), bytes);
  console.log(`${name}: ${bytes.length} bytes`);
}
