// Run by it: models: [{ name: bright, feeding: luma.threshold, level: 128 }]
import { decodeRgb, defineRunner, modelFields, oneByOne, sha256, z } from 'maskbench/plugin';

const schema = z.strictObject({
  ...modelFields,
  feeding: z.literal('luma.threshold').describe('Foreground is what is bright.'),
  level: z.int().min(1).max(255).describe('As bright as this, or brighter.'),
});

const threshold = defineRunner({
  title: 'a threshold of brightness',
  specs: { 'luma.threshold': schema },
  describe: ({ level }) => `>= ${level}`,
  // There is nothing to fetch; what a matte depends on is the level, and the plug-in, which is added to it.
  ensure: async ({ spec }) => ({ spec, assets: {}, sha256: sha256(''), bytes: 0 }),
  identity:
    ({ spec }) =>
    () =>
      `level ${spec.level}`,
  open: async ({ spec }, { signal }) =>
    oneByOne(async ({ imagePath }) => matteOf(await decodeRgb(imagePath), spec.level), signal),
});

function matteOf({ width, height, data }, level) {
  const luma = (i) => 0.299 * data[3 * i] + 0.587 * data[3 * i + 1] + 0.114 * data[3 * i + 2];
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height }, (_, i) => (luma(i) >= level ? 255 : 0)),
  };
}

export default { name: 'luma', runners: [threshold] };
