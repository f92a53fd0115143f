import type { Summary } from '../schema/summary.js';
import { metricsOf, protocolsOf } from './registry.js';

/** What a summary says of the protocols that a run was scored by, and of their metrics. */
export function describeProtocols(ids: readonly string[]): Required<Pick<Summary, 'metrics' | 'protocols'>> {
  return {
    protocols: protocolsOf(ids).map(({ id, title, headline, table, curves }) => ({
      id,
      title,
      headline,
      holdsThreshold: curves?.holdsThreshold === true,
      table,
    })),
    metrics: metricsOf(ids).map(({ meta: { id, name, protocol, better, range } }) => ({
      id,
      name,
      protocol,
      better,
      // JSON has no infinity.
      range: [Number.isFinite(range[0]) ? range[0] : null, range[1]] as const,
    })),
  };
}
