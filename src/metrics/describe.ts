import type { Summary } from '../schema/summary.js';
import { metricsOf, protocolsOf } from './registry.js';

/**
 * What a summary says of the protocols that a run was scored by, and of their metrics.
 *
 * @param scored ids of the metrics that the run has: a protocol may have got some since
 */
export function describeProtocols(
  ids: readonly string[],
  scored: readonly string[],
): Required<Pick<Summary, 'metrics' | 'protocols'>> {
  const metrics = metricsOf(ids).filter(({ meta }) => scored.includes(meta.id));
  return {
    protocols: protocolsOf(ids).map(({ id, title, headline, table, curves }) => ({
      id,
      title,
      headline,
      holdsThreshold: curves?.holdsThreshold === true,
      table,
    })),
    metrics: metrics.map(({ meta: { id, name, protocol, better, range } }) => ({
      id,
      name,
      protocol,
      better,
      // JSON has no infinity.
      range: [Number.isFinite(range[0]) ? range[0] : null, range[1]] as const,
    })),
  };
}
