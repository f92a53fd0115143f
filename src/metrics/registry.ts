import { MaskbenchError } from '../core/errors.js';
import { cutout } from './cutout/index.js';
import { fixed } from './fixed/index.js';
import { matting } from './matting/index.js';
import type { Metric, MetricMeta } from './metric.js';
import type { Protocol } from './protocol.js';
import { sod } from './sod/index.js';

/** Every protocol that Maskbench has: adding one is a folder and a line here. Runs are scored by the first unless they ask. */
const PROTOCOLS: readonly Protocol[] = [fixed, sod, matting, cutout];

export const PROTOCOL_IDS: readonly string[] = PROTOCOLS.map(({ id }) => id);
export const DEFAULT_PROTOCOLS: readonly string[] = PROTOCOL_IDS.slice(0, 1);

/** Every metric, protocol by protocol. */
export const METRICS: readonly Metric[] = PROTOCOLS.flatMap(({ metrics }) => metrics);

/** The protocols of these ids, in the registry's order. */
export function protocolsOf(ids: readonly string[]): readonly Protocol[] {
  return PROTOCOLS.filter(({ id }) => ids.includes(id));
}

/** The metrics of the protocols named, in the registry's order. */
export function metricsOf(protocols: readonly string[]): readonly Metric[] {
  return protocolsOf(protocols).flatMap(({ metrics }) => metrics);
}

/** A metric by its id. @throws MaskbenchError `config.unknown-name` if there is none. */
export function metaOf(id: string): MetricMeta {
  const metric = METRICS.find(({ meta }) => meta.id === id);
  if (metric === undefined) throw new MaskbenchError('config.unknown-name', `unknown metric "${id}"`);
  return metric.meta;
}

/** Of these metrics the one that models are ranked, sliced and plotted by: the first headline of a protocol, or the first. */
export function headlineOf(metrics: readonly string[]): string | undefined {
  return PROTOCOLS.map(({ headline }) => headline).find((id) => metrics.includes(id)) ?? metrics[0];
}

/** The ones whose metrics are, in part, scores of counts, so that they are pooled over images as well. */
export function pooledProtocols(ids: readonly string[]): readonly string[] {
  const isPooled = (protocol: string): boolean =>
    metricsOf([protocol]).some(({ ofCounts }) => ofCounts !== undefined);
  return ids.filter(isPooled);
}
