import { MaskbenchError } from '../core/errors.js';
import type { MetricMeta } from './metric.js';
import { METRICS } from './registry.js';

/** The registry's entry of a metric. @throws MaskbenchError `config.unknown-name` if there is none. */
export function metaOf(id: string): MetricMeta {
  const metric = METRICS.find(({ meta }) => meta.id === id);
  if (metric === undefined) throw new MaskbenchError('config.unknown-name', `unknown metric "${id}"`);
  return metric.meta;
}
