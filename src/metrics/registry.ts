import { MaskbenchError } from '../core/errors.js';
import { unknownName } from '../core/names.js';
import { extensible } from '../core/plugins/parts.js';
import { cutout } from './cutout/index.js';
import { fixed } from './fixed/index.js';
import { matting } from './matting/index.js';
import type { Metric, MetricMeta } from './metric.js';
import { protocolOfMetrics, protocolOfPlugin } from './plugin-protocol.js';
import type { Protocol } from './protocol.js';
import { notedProtocols } from './recorded-protocols.js';
import { sod } from './sod/index.js';

/** Every protocol that comes with Maskbench: adding one is a folder and a line here. Runs are scored by the first unless they ask. */
const OWN: readonly Protocol[] = [fixed, sod, matting, cutout];
const PROTOCOLS = extensible('protocols', OWN, protocolOfPlugin);
const OF_METRICS = extensible('metrics', [], protocolOfMetrics);

/** The protocols and metrics that come with Maskbench, and no plug-in's. */
export const PROTOCOL_IDS: readonly string[] = OWN.map(({ id }) => id);
export const DEFAULT_PROTOCOLS: readonly string[] = PROTOCOL_IDS.slice(0, 1);
export const METRICS: readonly Metric[] = OWN.flatMap(({ metrics }) => metrics);

/** Every protocol that can be scored by: ours, then those of plug-ins. */
export function protocols(): readonly Protocol[] {
  return [...PROTOCOLS, ...OF_METRICS];
}

/** Every protocol that scores can be of: those, and what runs that were read say of plug-ins that are not loaded. */
function readable(): readonly Protocol[] {
  const loaded = protocols();
  return [...loaded, ...notedProtocols().filter(({ id }) => loaded.every((one) => one.id !== id))];
}

/** Every metric that a score can be of, protocol by protocol. */
export function knownMetrics(): readonly Metric[] {
  return readable().flatMap(({ metrics }) => metrics);
}

/**
 * The protocols of these ids, in the registry's order.
 *
 * @throws MaskbenchError `config.unknown-name` for one that there is not.
 */
export function protocolsOf(ids: readonly string[]): readonly Protocol[] {
  const all = readable();
  const names = all.map(({ id }) => id);
  const unknown = ids.find((id) => !names.includes(id));
  if (unknown !== undefined) throw unknownName('unknown protocol', unknown, names, { otherwise: OF_PLUGIN });
  return all.filter(({ id }) => ids.includes(id));
}

const OF_PLUGIN = 'if it is that of a plug-in, name a config that has it under "plugins" with --config';

/** The metrics of the protocols named, in the registry's order. */
export function metricsOf(ids: readonly string[]): readonly Metric[] {
  return protocolsOf(ids).flatMap(({ metrics }) => metrics);
}

/** A metric by its id. @throws MaskbenchError `config.unknown-name` if there is none. */
export function metaOf(id: string): MetricMeta {
  const metric = knownMetrics().find(({ meta }) => meta.id === id);
  if (metric === undefined) throw new MaskbenchError('config.unknown-name', `unknown metric "${id}"`);
  return metric.meta;
}

/** Of these metrics the one that models are ranked, sliced and plotted by: the first headline of a protocol, or the first. */
export function headlineOf(metrics: readonly string[]): string | undefined {
  return (
    readable()
      .map(({ headline }) => headline)
      .find((id) => metrics.includes(id)) ?? metrics[0]
  );
}

/** The ones whose metrics are, in part, scores of counts, so that they are pooled over images as well. */
export function pooledProtocols(ids: readonly string[]): readonly string[] {
  const isPooled = (protocol: string): boolean =>
    metricsOf([protocol]).some(({ ofCounts }) => ofCounts !== undefined);
  return ids.filter(isPooled);
}
