import { describe, expect, it } from 'vitest';
import { parseCandidate } from '../../../src/analysis/drift/parse-candidate.js';

describe('a candidate on the command line', () => {
  it('is a model on the CPU with all threads where it says no more', () => {
    expect(parseCandidate('isnet-fp16', 4)).toMatchObject({
      label: 'isnet-fp16',
      model: 'isnet-fp16',
      device: { provider: 'cpu', index: 0 },
      threads: 4,
      options: { graphOptimization: 'all' },
    });
  });

  it('may name a device, threads and the optimization of the graph', () => {
    expect(parseCandidate('./my@model.yaml@cuda:1+threads=2+graph=disabled', 4)).toMatchObject({
      model: './my@model.yaml',
      device: { provider: 'cuda', index: 1 },
      threads: 2,
      options: { graphOptimization: 'disabled' },
    });
  });

  it('may name another filter, and lie in a folder with an @', () => {
    expect(parseCandidate('./@me/m.yaml+resample=pillow-bilinear', 1)).toMatchObject({
      model: './@me/m.yaml',
      device: { provider: 'cpu' },
      resample: 'pillow-bilinear',
    });
  });

  it.each([
    ['m+resample=cubic', /"cubic" is not a filter/],
    ['m+threads=0', /"threads=0" is not a setting/],
    ['m+fast', /"fast" is not a setting/],
    ['m+graph=some', /"some" is not a graph optimization/],
    ['m@gpu', /unknown device "gpu"/],
    ['@cpu', /"@cpu" names no model/],
  ])('is refused as %s', (label, message) => {
    expect(() => parseCandidate(label, 1)).toThrow(message);
  });
});
