// Score by it: plugins: [./metric.mjs] and scoring: { protocols: [fixed, softness] }
export default {
  name: 'softness',
  title: 'Soft edges',
  metrics: [
    {
      meta: {
        id: 'softness.share',
        name: 'Soft pixels',
        range: [0, 1],
        better: 'lower',
        formula: '|soft(p) - soft(g)|, soft: share of the pixels that are neither 0 nor 255',
        source: 'an example',
        emptyMasks: 'as any other',
      },
      compute({ prediction, truth }) {
        return Math.abs(soft(prediction.data) - soft(truth.image.data)) / truth.pixels;
      },
    },
  ],
};

function soft(pixels) {
  return pixels.reduce((sum, value) => sum + (value > 0 && value < 255 ? 1 : 0), 0);
}
