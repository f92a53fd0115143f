import { describe, expect, it } from 'vitest';
import type { ModelTimingSummary } from '../../../src/schema/timing-summary.js';
import type { Summary, TimingRow } from '../../../src/schema/summary.js';
import type { GpuSummary } from '../../../src/schema/hardware.js';
import type { Seal } from '../../../src/schema/seal.js';
import { findCard, summariseCard } from '../../../src/runners/onnx/devices/card.js';
import { reportDocument } from '../../../src/reports/document.js';
import { csv } from '../../../src/reports/formats/csv.js';
import { FORMATS } from '../../../src/reports/formats/registry.js';
import { terminal } from '../../../src/reports/formats/terminal.js';
import type { Table } from '../../../src/reports/tables/table.js';
import { parseDevice } from '../../../src/runners/device.js';
import { askNvidia } from '../../../src/runners/onnx/devices/nvidia.js';
import { answer, nvidiaSmi } from '../../runners/onnx/devices/fixture.js';
import { SUMMARY } from '../fixed-summary.js';

/** What the run of a machine with this card says of it. */
async function cardOf(recording: string): Promise<GpuSummary> {
  const found = await findCard(parseDevice('cuda:0'), () => askNvidia(nvidiaSmi(answer(recording))), {});
  if (found.kind !== 'card') throw new Error('no card');
  return summariseCard(found.card);
}

interface Host {
  readonly name: string;
  readonly gpu: GpuSummary;
  /** Mean milliseconds of a prediction by model; Humans a little faster than DIS5K, as in the post. */
  readonly ms: Readonly<Record<string, number>>;
  readonly seal?: Seal;
  readonly perHour?: number;
}

const SEALED: Seal = { kind: 'sealed' };

function hostSummary({ name, gpu, ms, seal = SEALED, perHour }: Host): Summary {
  const timed = (model: string, dataset: string | null, mean: number): TimingRow => {
    const times = { mean, p50: mean, min: mean, max: mean };
    const none = { mean: 0, p50: 0, min: 0, max: 0 };
    const phases = { decode: none, preprocess: none, inference: times, postprocess: none, predict: times };
    return { model, dataset, images: 32, n: 160, phases, seal };
  };
  const timing: ModelTimingSummary = {
    loadMs: 900,
    firstInferenceMs: 1500,
    warmup: 20,
    threads: 8,
    peakRssBytes: null,
  };
  return {
    ...SUMMARY,
    name,
    device: {
      ...SUMMARY.device,
      request: 'cuda:0',
      gpu,
      ...(perHour === undefined ? {} : { price: { perHour, currency: 'USD' } }),
    },
    datasets: SUMMARY.datasets.map((dataset, i) => ({ ...dataset, title: i === 0 ? 'Humans' : 'DIS5K' })),
    models: Object.keys(ms).map((model) => ({
      name: model,
      title: model,
      sha256: model.padEnd(64, '0'),
      bytes: 1e8,
      licence: null,
      trainedOn: [],
      timing,
    })),
    accuracy: [],
    cells: { planned: 0, scored: 0, failed: 0 },
    failures: [],
    published: [],
    timing: Object.entries(ms).flatMap(([model, mean]) => [
      timed(model, 'samples-humans', mean - 10),
      timed(model, 'samples-dis5k', mean + 10),
      timed(model, null, mean),
    ]),
  };
}

const SMALL = { u2net: 307, 'isnet-general-use': 351, 'birefnet-general': 842 };
const LARGE = { u2net: 300, 'isnet-general-use': 340, 'birefnet-general': 351 };

const hosts = async (small: Partial<Host> = {}, large: Partial<Host> = {}): Promise<readonly Summary[]> => [
  hostSummary({ name: 'post', gpu: await cardOf('nvidia-550-l4.csv'), ms: SMALL, ...small }),
  hostSummary({ name: 'post', gpu: await cardOf('nvidia-550-h100-nvl.csv'), ms: LARGE, ...large }),
];

const texts = (table: Table | undefined, row: number): readonly string[] =>
  table?.rows[row]?.cells.map(({ text }) => text) ?? [];

describe('a run on a 23 GB and one on a 94 GB card', () => {
  it("give the post's Appendix 1: a column group a card, with the datasets and their mean", async () => {
    const [, appendix] = reportDocument(await hosts()).tables;
    expect(appendix?.columns.map(({ group, label }) => [group, label])).toEqual([
      [undefined, 'Model'],
      ['cuda:0, NVIDIA L4, 23 GB', 'Humans'],
      ['cuda:0, NVIDIA L4, 23 GB', 'DIS5K'],
      ['cuda:0, NVIDIA L4, 23 GB', 'mean'],
      ['cuda:0, NVIDIA H100 NVL, 94 GB', 'Humans'],
      ['cuda:0, NVIDIA H100 NVL, 94 GB', 'DIS5K'],
      ['cuda:0, NVIDIA H100 NVL, 94 GB', 'mean'],
    ]);
    expect(texts(appendix, 2)).toEqual(['birefnet-general', '832', '852', '842', '341', '361', '351']);
  });

  it('say how many times faster each model is on the other card: 2.4 for BiRefNet, nothing for the light ones', async () => {
    const ratios = reportDocument(await hosts()).tables[2];
    expect(ratios?.title).toBe('Times faster than on cuda:0, NVIDIA L4, 23 GB');
    expect(texts(ratios, 2)).toEqual(['birefnet-general', '2.40', '2.40']);
    expect(texts(ratios, 0)[1]).toBe('1.02');
  });

  it('say what a second, a gigabyte and a dollar buy', async () => {
    const tables = reportDocument(await hosts({ perHour: 0.8 }, { perHour: 4 })).tables;
    const throughput = tables.find(({ title }) => title === 'Throughput');
    expect(throughput?.columns.slice(1).map(({ label }) => label)).toEqual([
      '/s',
      '/s/GB',
      '/USD',
      '/s',
      '/s/GB',
      '/USD',
    ]);
    const [model, perSecond, perGigabyte, perDollar] = texts(throughput, 0);
    expect([model, perSecond, perDollar]).toEqual(['u2net', '3.26', '14700']);
    expect(Number(perGigabyte)).toBeCloseTo(3.26 / 24.15, 2);
    expect(throughput?.notes).toHaveLength(2);
  });

  it('have no column of money where no price is given', async () => {
    const throughput = reportDocument(await hosts()).tables.find(({ title }) => title === 'Throughput');
    expect(throughput?.columns).toHaveLength(5);
  });

  it('mark what is not sealed in every table, the ratio of a sealed and an unsealed time too', async () => {
    const seal: Seal = { kind: 'unsealed', failed: ['idle'] };
    const [, appendix, ratios, throughput] = reportDocument(await hosts({}, { seal })).tables;
    expect(texts(appendix, 0)).toEqual(['u2net', '297', '317', '307', '290 *', '310 *', '300 *']);
    expect(texts(ratios, 0)).toEqual(['u2net', '1.02 *', '1.02 *']);
    expect(texts(throughput, 0)[1]).toBe('3.26');
    expect(texts(throughput, 0)[3]).toBe('3.33 *');
  });

  it('fit a terminal of 80 columns, the cards above their columns', async () => {
    const text = terminal.render(reportDocument(await hosts({ perHour: 0.8 }, { perHour: 4 })));
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text).toMatch(/│ cuda:0, NVIDIA L4, 23/);
  });

  it('are rendered in every format, what differs said first', async () => {
    const runs = await hosts({}, { gpu: { ...(await cardOf('nvidia-550-h100-nvl.csv')), driver: '535.1' } });
    for (const format of FORMATS) {
      const text = await format.render(reportDocument(runs));
      expect(text, format.name).toContain('NVIDIA H100 NVL');
      if (format.name !== 'csv' && format.name !== 'json')
        expect(text, format.name).toMatch(/Differs: driver/);
    }
    const [header, first] = csv.render(reportDocument(runs)).split('\r\n');
    expect(header).toBe('device,kind,model,dataset,measure,statistic,value,n,note');
    expect(first).toMatch(/^"cuda:0, NVIDIA L4, 23 GB",timing,u2net/);
  });
});

describe('runs of different experiments', () => {
  const refusal =
    (runs: readonly Summary[]): (() => void) =>
    () =>
      void reportDocument(runs);

  it('are refused with what differs: other files', async () => {
    const [first, second] = await hosts();
    if (first === undefined || second === undefined) throw new Error('two runs');
    const datasets = second.datasets.map((dataset) => ({ ...dataset, fingerprint: 'other' }));
    expect(refusal([first, { ...second, datasets }])).toThrow(/dataset samples-humans holds other files/);
    expect(refusal([first, { ...second, datasets: second.datasets.slice(1) }])).toThrow(
      /its datasets are samples-dis5k, not/,
    );
  });

  it('other metrics', async () => {
    const [first, second] = await hosts();
    if (first === undefined || second === undefined) throw new Error('two runs');
    expect(refusal([first, { ...second, signatures: ['fixed|t:100'] }])).toThrow(
      /its signature is fixed\|t:100/,
    );
  });

  it('other weights under the same name, in whichever runs', async () => {
    const [first, second] = await hosts();
    if (first === undefined || second === undefined) throw new Error('two runs');
    const models = second.models.map((model) => ({ ...model, sha256: 'f'.repeat(64) }));
    expect(refusal([first, { ...second, models }])).toThrow(/model u2net has other bytes/);
    const other = (sha256: string) =>
      ({ ...second, models: [{ ...second.models[0], name: 'new', sha256 }] }) as Summary;
    expect(refusal([first, other('1'), other('2')])).toThrow(/model new has other bytes/);
  });

  it('may have models of their own', async () => {
    const runs = await hosts({}, { ms: { ...LARGE, 'birefnet-massive': 400 } });
    const [, appendix] = reportDocument(runs).tables;
    expect(texts(appendix, 3)).toEqual(['birefnet-massive', '-', '-', '-', '390', '410', '400']);
  });
});

describe('devices that are called the same', () => {
  it('are told apart by the names of their runs', async () => {
    const [first] = await hosts();
    if (first === undefined) throw new Error('a run');
    const [, appendix] = reportDocument([first, { ...first, name: 'again' }]).tables;
    expect(new Set(appendix?.columns.slice(1).map(({ group }) => group))).toEqual(
      new Set(['cuda:0, NVIDIA L4, 23 GB (post)', 'cuda:0, NVIDIA L4, 23 GB (again)']),
    );
  });

  it('and by their place where the names are the same as well', async () => {
    const [first] = await hosts();
    if (first === undefined) throw new Error('a run');
    const [, appendix] = reportDocument([first, first]).tables;
    expect(appendix?.columns.map(({ group }) => group)).toContain('cuda:0, NVIDIA L4, 23 GB (post) #2');
  });
});
