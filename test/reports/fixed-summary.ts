import {
  TIMED_PHASES,
  type PhaseSummary,
  type TimedPhase,
  type TimingPassSummary,
} from '../../src/schema/timing-summary.js';
import {
  SCHEMA_VERSION,
  type AccuracyRow,
  type ModelSummary,
  type Summary,
  type TimingRow,
} from '../../src/schema/summary.js';

import { describeProtocols } from '../../src/metrics/describe.js';

/** A pass of which nothing but its shape matters. */
export const PASS: TimingPassSummary = {
  profile: 'standard',
  attempt: 1,
  together: [],
  passes: 8,
  warmUpMs: 4000,
  placement: null,
  windows: [],
  cpuMsEach: 3,
  involuntarySwitchesPerSecond: 1,
  gpuMemoryBytes: null,
  conditions: {
    durationMs: 1000,
    foreignCpu: 0,
    steal: 0,
    pressure: 0,
    load: [0, 0],
    clockSources: ['tsc'],
    governors: [],
  },
  gpu: null,
  parts: [],
};

const phase = (mean: number): PhaseSummary => ({ mean, p50: mean * 0.98, min: mean * 0.9, max: mean * 1.3 });

function timingRow(model: string, dataset: string | null, inference: number): TimingRow {
  const times = {
    decode: 21.4,
    preprocess: 38.25,
    inference,
    postprocess: 9.875,
    predict: inference + 48.125,
  };
  const phases = Object.fromEntries(TIMED_PHASES.map((name) => [name, phase(times[name])])) as Record<
    TimedPhase,
    PhaseSummary
  >;
  return { model, dataset, images: dataset === null ? 6 : 3, n: dataset === null ? 18 : 9, phases };
}

function accuracyRow(
  model: string,
  dataset: string | null,
  iou: number | null,
  fields: Partial<AccuracyRow> = {},
): AccuracyRow {
  const n = iou === null ? 0 : 8;
  const metric = (mean: number | null) => ({ mean, n, undefined: 0 });
  const dice = iou === null ? null : (2 * iou) / (1 + iou);
  const metrics = {
    iou: metric(iou),
    dice: metric(dice),
    pixel_accuracy: metric(iou === null ? null : 0.97),
  };
  return { model, dataset, scored: n, failed: 8 - n, leaked: [], metrics, ...fields };
}

function modelSummary(name: string, fields: Partial<ModelSummary> = {}): ModelSummary {
  return {
    name,
    title: name,
    sha256: 'a'.repeat(64),
    bytes: 88_188_479,
    licence: 'Apache-2.0',
    trainedOn: [],
    timing: { loadMs: 412.5, firstInferenceMs: 2950.1, warmup: 3, threads: 2, peakRssBytes: 1_034_000_000 },
    ...fields,
  };
}

/** A run with all that a report may have to show: times, leakage, published figures, failures, a model not timed. */
export const SUMMARY: Summary = {
  schemaVersion: SCHEMA_VERSION,
  maskbenchVersion: '0.1.0',
  name: 'post-in-small',
  createdAt: '2026-01-02T03:04:05.000Z',
  device: {
    request: 'cpu',
    cpu: 'AMD EPYC 9V74 80-Core Processor',
    cores: 2,
    memoryBytes: 16e9,
    os: 'linux 6.1.0 x64',
    software: { node: 'v20.20.2', 'onnxruntime-node': '1.30.0', sharp: '0.35.5' },
  },
  signatures: ['fixed|t:128|empty:one|boundary:0.02|v:1'],
  metrics: [
    { id: 'iou', name: 'IoU', protocol: 'fixed', better: 'higher', range: [0, 1] },
    { id: 'dice', name: 'Dice', protocol: 'fixed', better: 'higher', range: [0, 1] },
    { id: 'pixel_accuracy', name: 'Pixel accuracy', protocol: 'fixed', better: 'higher', range: [0, 1] },
  ],
  protocols: describeProtocols(['fixed'], []).protocols,
  models: [
    modelSummary('isnet-fp16'),
    modelSummary('birefnet-general-lite', { trainedOn: ['humans'] }),
    modelSummary('broken', { timing: null }),
  ],
  datasets: [
    {
      name: 'samples-humans',
      title: 'Humans (samples)',
      fingerprint: 'f1',
      samples: 8,
      problems: 0,
      tags: ['humans'],
    },
    {
      name: 'samples-dis5k',
      title: 'DIS5K (samples)',
      fingerprint: 'f2',
      samples: 8,
      problems: 1,
      tags: ['dis5k-vd'],
    },
  ],
  cells: { planned: 48, scored: 32, failed: 16 },
  failures: [
    {
      model: 'broken',
      dataset: 'samples-humans',
      id: 'validation/7',
      failure: { code: 'model.output', message: 'output has 8 of 8 values that are NaN or infinite' },
    },
    {
      model: 'broken',
      dataset: 'samples-dis5k',
      id: 'DIS-VD/17#Non-motor Vehicle#2#Bicycle#1',
      failure: { code: 'data.empty', message: 'the file is empty (0 bytes)', where: 'gt/1.png' },
    },
  ],
  accuracy: [
    accuracyRow('isnet-fp16', 'samples-humans', 0.9412),
    accuracyRow('isnet-fp16', 'samples-dis5k', 0.8127),
    accuracyRow('isnet-fp16', null, 0.87695, { scored: 16 }),
    accuracyRow('birefnet-general-lite', 'samples-humans', 0.9787, { leaked: ['humans'] }),
    accuracyRow('birefnet-general-lite', 'samples-dis5k', 0.9015),
    accuracyRow('birefnet-general-lite', null, 0.9401, { scored: 16, leaked: ['humans'] }),
    accuracyRow('broken', 'samples-humans', null),
    accuracyRow('broken', 'samples-dis5k', null),
    accuracyRow('broken', null, null, { failed: 16 }),
  ],
  timing: [
    timingRow('isnet-fp16', 'samples-humans', 1834.2),
    timingRow('isnet-fp16', 'samples-dis5k', 1851.9),
    timingRow('isnet-fp16', null, 1843.05),
    timingRow('birefnet-general-lite', 'samples-humans', 9120.4),
    timingRow('birefnet-general-lite', 'samples-dis5k', 9244.8),
    timingRow('birefnet-general-lite', null, 9182.6),
  ],
  published: [
    {
      model: 'isnet-general-use',
      beside: 'isnet-fp16',
      metric: 'iou',
      on: 'Humans and DIS5K',
      datasets: ['samples-humans', 'samples-dis5k'],
      value: 0.82,
      source: 'the post',
    },
    {
      model: 'isnet-general-use',
      beside: 'isnet-fp16',
      metric: 'ms',
      on: 'a 23 GB GPU',
      datasets: ['samples-humans', 'samples-dis5k'],
      value: 351,
      source: 'the post',
    },
  ],
};

/** Names as an attacker, or an unlucky user, would choose them. */
export const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '"quotes" and \'quotes\' & <b>',
  'two\nlines\r\nand\ttabs',
  'right\u202Eto-left\u2066mark\u200F',
  'a|b|c `code` [link](x) **bold** # head',
  '=cmd()|calc',
  '\u001b[31mred',
] as const;

/** The same run with a hostile text wherever a text comes from data. */
export function hostileSummary(text: string): Summary {
  return {
    ...SUMMARY,
    name: text,
    device: { ...SUMMARY.device, cpu: text, os: text },
    models: SUMMARY.models.map((m) => ({ ...m, name: m.name === 'broken' ? text : m.name, title: text })),
    datasets: SUMMARY.datasets.map((d) => ({ ...d, title: `${text} ${d.name}` })),
    failures: SUMMARY.failures.map((f) => ({ ...f, id: text, failure: { ...f.failure, message: text } })),
    accuracy: SUMMARY.accuracy.map((row) => ({
      ...row,
      model: row.model === 'broken' ? text : row.model,
      leaked: row.leaked.map(() => text),
    })),
    published: SUMMARY.published.map((figure) => ({ ...figure, model: text, on: text, source: text })),
  };
}
