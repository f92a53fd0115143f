import { describe, expect, it } from 'vitest';
import type { PlacementSummary } from '../../src/schema/placement.js';
import type { ScenarioSummary } from '../../src/schema/scenario-summary.js';
import { SEAL_PARTS, type Seal } from '../../src/schema/seal.js';
import type { Summary, TimingRow } from '../../src/schema/summary.js';
import type { SlownessSummary, TimingPassSummary } from '../../src/schema/timing-summary.js';
import { reportDocument } from '../../src/reports/document.js';
import { csv } from '../../src/reports/formats/csv.js';
import { html } from '../../src/reports/formats/html.js';
import {
  inferenceTimeTable,
  placementMark,
  placementText,
} from '../../src/reports/tables/inference-time-table.js';
import { latencyTable } from '../../src/reports/tables/latency-table.js';
import { markdown } from '../../src/reports/formats/markdown.js';
import { phaseTable } from '../../src/reports/tables/phase-table.js';
import { scenarioTables } from '../../src/reports/tables/scenario-tables.js';
import { sealNotes } from '../../src/reports/tables/seal-mark.js';
import { explainInWords, slownessTables } from '../../src/reports/tables/slowness-tables.js';
import { renderTable, terminal } from '../../src/reports/formats/terminal.js';
import { PASS as ANY_PASS, SUMMARY } from './fixed-summary.js';

const PASS: TimingPassSummary = {
  ...ANY_PASS,
  together: ['isnet-fp16'],
  cpuMsEach: 3600,
  parts: SEAL_PARTS.map((name) => ({ name, pass: name !== 'idle', found: `${name} found` })),
};

/** The summary with every model's times under this seal and pass. */
function sealed(seal: Seal, pass: TimingPassSummary = PASS): Summary {
  return {
    ...SUMMARY,
    timing: SUMMARY.timing.map((row) => ({ ...row, seal })),
    models: SUMMARY.models.map((model) => ({
      ...model,
      timing: model.timing === null ? null : { ...model.timing, pass },
    })),
  };
}

describe('a time that is not sealed', () => {
  const unsealed = sealed({ kind: 'unsealed', failed: ['idle'] });

  it.each([terminal, markdown, html, csv])(
    'is marked in $name, with the part that failed',
    async (report) => {
      const text = await report.render(reportDocument([unsealed]));
      expect(text).toMatch(report === csv ? /unsealed: idle/ : /(1891|1890) \\?\*/);
      if (report === csv) return;
      expect(text.replaceAll(/\s+/g, ' ')).toMatch(
        /\* unsealed on cpu, 2 threads, failed: idle \(all models\)\./,
      );
    },
  );

  it('is explained in one line, parts that failed for the same models together', () => {
    const seals: Readonly<Record<string, Seal>> = {
      'isnet-fp16': { kind: 'unsealed', failed: ['warmed', 'steady', 'idle'] },
      'birefnet-general-lite': { kind: 'unsealed', failed: ['warmed', 'steady'] },
    };
    const timing = unsealed.timing.map((row) => ({ ...row, seal: seals[row.model] }) as TimingRow);
    expect(sealNotes({ ...unsealed, timing }, 'cpu')).toEqual([
      '* unsealed on cpu, failed: warmed, steady (all models); idle (isnet-fp16).',
    ]);
  });

  it('marks the whole row behind the name of its model', () => {
    const spread = unsealed.timing.map((row) => ({
      ...row,
      phases: { ...row.phases, predict: { ...row.phases.predict, sd: 1 } },
    }));
    const rows = latencyTable({ ...unsealed, timing: spread }, 'cpu')?.rows ?? [];
    expect(rows.map(({ cells }) => cells[0]?.text)).toEqual([
      'isnet-fp16 *',
      'isnet-fp16 *',
      'birefnet-general-lite *',
      'birefnet-general-lite *',
    ]);
  });

  it('is marked nowhere if it is sealed', async () => {
    const fine = reportDocument([sealed({ kind: 'sealed' })]);
    for (const format of [terminal, markdown, html])
      expect(await format.render(fine)).not.toMatch(/\d \\?\*/);
    expect(csv.render(fine)).not.toContain('unsealed');
  });

  it('is in CSV once an image where it is of decoding, and with its one part where it was measured elsewhere', () => {
    const rowsOf = (summary: Summary, model: string): readonly string[] =>
      csv
        .render(reportDocument([summary]))
        .split(/\r?\n/)
        .filter((line) => line.startsWith(`timing,${model},samples-humans,`));
    const rows = rowsOf(SUMMARY, 'isnet-fp16');
    expect(rows.find((row) => row.includes('decode_ms,mean'))).toMatch(/,3,unsealed$/);
    expect(rows.find((row) => row.includes('predict_ms,mean'))).toMatch(/,9,unsealed$/);
    const elsewhere = SUMMARY.models.map((model) =>
      model.timing === null ? model : { ...model, timing: { ...model.timing, measuredElsewhere: true } },
    );
    const phases = rowsOf({ ...SUMMARY, models: elsewhere }, 'isnet-fp16').map((row) => row.split(',')[3]);
    expect([...new Set(phases)]).toEqual(['inference_ms', 'predict_ms']);
  });

  it('of which nobody knows the conditions is marked all the same', () => {
    expect(terminal.render(reportDocument([SUMMARY]))).toContain(
      '* unsealed on cpu, 2 threads, failed: never watched (all models).',
    );
  });
});

describe('nodes that do not run where they were asked to', () => {
  const mixed: PlacementSummary = {
    provider: 'WebGpuExecutionProvider',
    nodes: { WebGpuExecutionProvider: 149, CPUExecutionProvider: 2 },
    timeShare: { WebGpuExecutionProvider: 0.95, CPUExecutionProvider: 0.05 },
  };
  const fallback: PlacementSummary = { ...mixed, nodes: { CPUExecutionProvider: 151 }, timeShare: null };

  it('are named beside the time and below the table', () => {
    const table = inferenceTimeTable([sealed({ kind: 'sealed' }, { ...PASS, placement: mixed })]);
    expect(table?.rows[0]?.cells[1]?.text).toMatch(/^\d+ \+CPU$/);
    expect(table?.notes).toContain(
      'isnet-fp16 +CPU: 149 nodes on WebGpu (95.0 % of the time), 2 nodes on CPU (5.0 %).',
    );
  });

  it('are all of them after a fallback', () => {
    expect(placementMark(fallback)).toBe(' on CPU');
    expect(placementText(fallback)).toBe('151 nodes on CPU');
  });

  it('are named by what they compute where that is known, and by it alone', () => {
    const conv = { WebGpuExecutionProvider: { Conv: 80 }, CPUExecutionProvider: { Conv: 1, MatMul: 2 } };
    const partly = { ...mixed, computing: conv };
    expect(placementMark(partly)).toBe(' +CPU');
    expect(placementText(partly)).toBe(
      '149 nodes on WebGpu (95.0 % of the time), 2 nodes on CPU (5.0 %); 1 of 81 Conv on CPU; 2 of 2 MatMul on CPU',
    );
    // one node on the card, and all that computes elsewhere
    expect(placementMark({ ...mixed, computing: { CPUExecutionProvider: { Conv: 80 } } })).toBe(' on CPU');
    // shapes, which stay on the CPU by design
    expect(placementMark({ ...mixed, computing: { WebGpuExecutionProvider: { Conv: 80 } } })).toBe('');
  });

  it('are none where all run as asked, and on a CPU', () => {
    expect(placementMark({ ...mixed, nodes: { WebGpuExecutionProvider: 151 } })).toBe('');
    expect(placementMark(null)).toBe('');
  });
});

describe('a model that is fast', () => {
  it('has its inference in a bare loop beside that within a prediction', () => {
    const models = SUMMARY.models.map((model) => ({
      ...model,
      timing: model.timing && { ...model.timing, inferenceAlone: { mean: 0.8, p50: 0.81, min: 0.7, max: 1 } },
    }));
    expect(phaseTable({ ...SUMMARY, models }, 'cpu')?.notes[0]).toMatch(
      /^isnet-fp16: p50 of inference 1806 ms within a prediction, 0\.81 ms in a bare loop/,
    );
    expect(phaseTable(SUMMARY, 'cpu')?.notes).toEqual([]);
  });
});

describe('the latency table', () => {
  it('has percentiles and the interval of the median where there are enough values', () => {
    const timing = SUMMARY.timing.map((row) => ({
      ...row,
      outliers: 2,
      phases: {
        ...row.phases,
        predict: { mean: 10, sd: 1.5, p50: 9.8, p90: 11, min: 8, max: 14, p50Interval: [9.5, 10.1] as const },
      },
    }));
    const table = latencyTable({ ...SUMMARY, timing }, 'cpu');
    expect(table?.rows[0]?.cells.map(({ text }) => text)).toEqual([
      'isnet-fp16 *',
      'Humans (samples)',
      '9',
      '9.80',
      '9.50-10.1',
      '11.0',
      '-',
      '-',
      '14.0',
      '1.50',
      '2',
    ]);
  });

  it('is left out for runs whose spread is not known', () => {
    expect(latencyTable(SUMMARY, 'cpu')).toBeNull();
  });
});

describe('why a dataset is slower', () => {
  const slowness: SlownessSummary = {
    model: 'isnet-fp16',
    slow: 'samples-dis5k',
    fast: 'samples-humans',
    differenceMs: { predict: 80, preprocess: 50, inference: -1, postprocess: 31 },
    megapixels: { slow: 4.2, fast: 1.1 },
    bySizeMs: 78,
    r2: 0.97,
    correlations: [
      { attribute: 'ipq', phase: 'predict', n: 16, estimate: 0.6, lower: 0.1, upper: 0.9 },
      { attribute: 'ipq', phase: 'inference', n: 16, estimate: 0.05, lower: -0.4, upper: 0.5 },
      { attribute: 'foregroundShare', phase: 'predict', n: 16, estimate: -0.2, lower: -0.6, upper: 0.3 },
      { attribute: 'foregroundShare', phase: 'inference', n: 16, estimate: 0.1, lower: -0.4, upper: 0.5 },
    ],
  };

  it('is broken down by phase and size, with what time goes together with', () => {
    const [breakdown, correlations] = slownessTables({ ...SUMMARY, slowness: [slowness] });
    expect(breakdown?.rows[0]?.cells.map(({ text }) => text)).toEqual([
      'isnet-fp16 *',
      'DIS5K (samples)',
      '+80.0',
      '+50.0',
      '-1.00',
      '+31.0',
      '+78.0',
      '0.97',
    ]);
    expect(correlations?.rows.map(({ cells }) => cells.map(({ text }) => text))).toEqual([
      ['isnet-fp16 *', 'IPQ', '0.60 §', '0.05'],
      ['isnet-fp16 *', 'foreground share', '-0.20', '0.10'],
    ]);
  });

  it('shows of every model the attributes that go together with its time most', () => {
    const many = Array.from({ length: 11 }, (_, i) => ({
      attribute: `a${i}`,
      phase: 'predict' as const,
      n: 16,
      estimate: (i % 2 === 0 ? -1 : 1) * (i / 20),
      lower: -1,
      upper: 1,
    }));
    const three = ['isnet-fp16', 'isnet-quint8', 'contrast-baseline'].map((model) => ({
      ...slowness,
      model,
      correlations: many,
    }));
    const tables = slownessTables({ ...SUMMARY, slowness: three });
    expect(tables[1]?.rows.map(({ cells }) => cells[1]?.text).slice(0, 5)).toEqual([
      'a10',
      'a9',
      'a8',
      'a7',
      'a10',
    ]);
    for (const table of tables) {
      for (const line of renderTable(table).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  it('is no question for a run that does not say', () => {
    expect(slownessTables(SUMMARY)).toEqual([]);
  });

  const answer = (fields: Partial<SlownessSummary>): string =>
    explainInWords({ ...slowness, ...fields }, (name) => name.replace('samples-', ''));
  const clear = { estimate: 1.04, lower: 1.02, upper: 1.06 };
  const none = { estimate: 1, lower: 0.99, upper: 1.01 };

  it('is answered in a sentence with its evidence', () => {
    expect(answer({ ratio: { predict: clear, inference: none } })).toBe(
      'picture size, not complexity: inference does not differ. dis5k takes +80.0 ms (+4.0 %, +2.0 to +6.0) over humans; inference -1.00 (+0.0 %, -1.0 to +1.0), pre- and postprocessing +81.0; picture size (4.2 and 1.1 MP) explains +78.0, R2 0.97.',
    );
  });

  it('is answered by inference where that differs, by chance where all is within it, and not by too few images', () => {
    expect(answer({ ratio: { predict: clear, inference: clear } })).toMatch(
      /^inference itself takes longer\./,
    );
    expect(answer({ ratio: { predict: none, inference: clear } })).toMatch(/^no difference beyond chance\./);
    expect(answer({ ratio: { predict: clear, inference: none }, bySizeMs: 3 })).toMatch(
      /^the phases around inference/,
    );
    expect(answer({ ratio: { predict: clear, inference: none }, bySizeMs: null, r2: null })).toMatch(
      /of one size\.$/,
    );
    expect(answer({})).toMatch(/^too few images to tell\./);
  });
});

describe('scenarios', () => {
  const scenarios: readonly ScenarioSummary[] = [
    {
      model: 'isnet-fp16',
      kind: 'offline',
      batches: [
        {
          kind: 'measured',
          batch: 1,
          images: 8,
          perSecond: 0.5,
          inferencePerSecond: 0.52,
          peakRssBytes: 1e9,
        },
        { kind: 'failed', batch: 2, failure: { code: 'model.signature', message: 'fixed\n batch.' } },
      ],
    },
    {
      model: 'isnet-fp16',
      kind: 'server',
      percentile: 'p99',
      boundMs: 5000,
      seed: 1,
      trials: [
        {
          perSecond: 0.3,
          n: 662,
          p50Ms: 2100,
          percentileMs: 4900,
          maxMs: 6000,
          withinBound: 0.991,
          held: true,
        },
      ],
      sustainedPerSecond: 0.3,
    },
    {
      model: 'isnet-fp16',
      kind: 'sweep',
      settings: [
        {
          setting: 'threads 1',
          p50Ms: 3600,
          perSecond: 0.28,
          cpuMsEach: 3600,
          loadMs: 500,
          peakRssBytes: null,
        },
        {
          setting: 'threads 2',
          p50Ms: 1900,
          perSecond: 0.52,
          cpuMsEach: 3700,
          loadMs: 500,
          peakRssBytes: null,
        },
      ],
    },
    {
      model: 'broken',
      kind: 'failed',
      scenario: 'server',
      failure: { code: 'model.load', message: 'bad file' },
    },
  ];

  it('have a table each, and what failed is said', () => {
    const [offline, server, sweep] = scenarioTables({ ...SUMMARY, scenarios }, 'cpu');
    expect(offline?.rows).toHaveLength(2);
    const unsealed = '* unsealed: the conditions of scenarios are not monitored.';
    expect(offline?.notes).toEqual([
      'isnet-fp16 does not take a batch of 2: fixed batch.',
      unsealed,
      'broken, server: failed, bad file.',
    ]);
    expect(server?.notes).toEqual([unsealed]);
    expect(server?.rows[0]?.cells.map(({ text }) => text)).toEqual([
      'isnet-fp16 *',
      'p99 <= 5000 ms',
      '0.30',
      '662',
      '2100',
      '4900',
      '99.1 %',
    ]);
    expect(sweep?.rows.map(({ cells }) => cells[2]?.text)).toEqual(['3600', '1900 <']);
  });
});
