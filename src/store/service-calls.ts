import { quantilesOfSorted } from '../stats/quantile.js';
import { valuesForPercentile } from '../stats/order-statistics.js';
import type { ServiceSummary } from '../schema/service-summary.js';
import type { CallRecord } from './call-record.js';
import { readRecords, type RunFolder } from './run-folder.js';
import type { ModelRecord, SampleRecord } from './timing-record.js';

/** Values of one header that are kept. */
const MOST_TOLD = 8;

interface OfModel {
  readonly intents: Extract<CallRecord, { kind: 'intent' }>[];
  readonly ends: Extract<CallRecord, { kind: 'end' }>[];
}

async function callsByModel(folder: RunFolder): Promise<ReadonlyMap<string, OfModel>> {
  const models = new Map<string, OfModel>();
  for await (const record of readRecords(folder, 'calls')) {
    if (record.kind === 'allowed') continue;
    const own = models.get(record.model) ?? { intents: [], ends: [] };
    models.set(record.model, own);
    if (record.kind === 'intent') own.intents.push(record);
    else own.ends.push(record);
  }
  return models;
}

const isMatte = ({ outcome, failure }: OfModel['ends'][number]): boolean =>
  outcome === 'answered' && failure === undefined;

/** What the calls of every service of a run came to. */
export async function summariseCalls(folder: RunFolder): Promise<ReadonlyMap<string, ServiceSummary>> {
  const models = await callsByModel(folder);
  return new Map([...models].map(([model, calls]) => [model, summaryOf(calls)]));
}

function summaryOf({ intents, ends }: OfModel): ServiceSummary {
  const ended = new Map(ends.map((end) => [end.call, end]));
  const outcomes: Record<string, number> = {};
  const told: Record<string, string[]> = {};
  let amount = 0;
  let currency: string | undefined;
  for (const { call, cost } of intents) {
    const end = ended.get(call);
    const outcome =
      end === undefined ? 'open' : String(end.outcome === 'lost' ? 'lost' : (end.status ?? end.outcome));
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (cost !== undefined && end?.outcome !== 'unsent') {
      amount += cost.amount;
      currency = cost.currency;
    }
    for (const [name, value] of Object.entries(end?.told ?? {})) {
      const values = (told[name] ??= []);
      if (!values.includes(value) && values.length < MOST_TOLD) values.push(value);
    }
  }
  const mattes = ends.filter(isMatte);
  const firstByteMs = mattes.flatMap((end) => end.firstByteMs ?? []).sort((a, b) => a - b);
  const enough = ([0.9, 0.95, 0.99] as const).filter((p) => firstByteMs.length >= valuesForPercentile(p));
  const [p50 = 0, ...high] = firstByteMs.length === 0 ? [] : quantilesOfSorted(firstByteMs, [0.5, ...enough]);
  return {
    calls: intents.length,
    pictures: new Set(intents.map(({ dataset, id }) => `${dataset}/${id}`)).size,
    answered: mattes.length,
    outcomes,
    ...(firstByteMs.length === 0
      ? {}
      : { firstByteMs: { p50, ...Object.fromEntries(enough.map((p, i) => [`p${p * 100}`, high[i]])) } }),
    ...(currency === undefined
      ? {}
      : {
          cost: {
            amount: rounded(amount),
            currency,
            ...(mattes.length === 0 ? {} : { per1000: rounded((amount / mattes.length) * 1000) }),
          },
        }),
    told,
  };
}

/** Without what adding up fractions leaves behind. */
const rounded = (amount: number): number => Number(amount.toPrecision(12));

interface ServiceSeries {
  readonly model: ModelRecord;
  readonly samples: readonly SampleRecord[];
  readonly readings: readonly never[];
  readonly told: ServiceSummary['told'];
}

/** The times of every service, which are those of its calls that gave a matte: no timing pass calls it again. */
export async function serviceSeries(folder: RunFolder): Promise<readonly ServiceSeries[]> {
  return [...(await callsByModel(folder))].flatMap(([model, { intents, ends }]): ServiceSeries[] => {
    const of = { series: `calls of ${model}`, model, scope: 'service' } as const;
    const samples = ends
      .filter(isMatte)
      .map(({ dataset, id, firstByteMs = 0, wholeMs = 0 }, iteration): SampleRecord => ({
        kind: 'sample',
        ...of,
        dataset,
        id,
        iteration,
        phases: {
          decodeMs: 0,
          preprocessMs: 0,
          inferenceMs: 0,
          postprocessMs: 0,
          firstByteMs,
          totalMs: wholeMs,
        },
      }));
    const none = { loadMs: 0, firstInferenceMs: 0, warmup: 0, threads: 0, peakRssBytes: null };
    return samples.length === 0
      ? []
      : [
          {
            model: { kind: 'model', ...of, ...none },
            samples,
            readings: [],
            told: summaryOf({ intents, ends }).told,
          },
        ];
  });
}
