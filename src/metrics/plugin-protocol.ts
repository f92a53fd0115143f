import { MaskbenchError } from '../core/errors.js';
import type { PluginVersion } from '../core/plugins/parts.js';
import { isDefined } from '../schema/metric-value.js';
import type { Conventions, Metric } from './metric.js';
import type { Protocol } from './protocol.js';

/** A metric as a plug-in has it: its protocol is the plug-in's own. */
export interface PluginMetric extends Omit<Metric, 'meta'> {
  readonly meta: Omit<Metric['meta'], 'protocol' | 'cost'> & Partial<Pick<Metric['meta'], 'cost'>>;
}

/** Metrics that a plug-in has without a protocol around them. */
export interface PluginMetrics {
  readonly name: string;
  readonly title?: string;
  readonly metrics: readonly PluginMetric[];
}

/** By how much a value may miss its range through rounding alone. */
const ROUNDING = 1e-9;

/** They are a protocol of the plug-in's name: no protocol of ours ever has other metrics than its own. */
export function protocolOfMetrics(
  { name, title = name, metrics }: PluginMetrics,
  by: PluginVersion,
): Protocol {
  const ids = metrics.map(({ meta }) => meta.id);
  const own = {
    id: name,
    title,
    metrics: metrics.map((metric) => ({
      ...metric,
      meta: { cost: 'pixels' as const, ...metric.meta, protocol: name },
    })),
    conventions: ['threshold', 'empty'] as const,
    signature: ({ threshold, empty }: Conventions) => [`t:${threshold}`, `empty:${empty}`],
    version: 1,
    headline: ids[0],
    main: ids,
    table: {
      title,
      caption: '',
      columns: metrics.map(({ meta }) => ({ metric: meta.id, label: meta.name, digits: 3 })),
    },
  };
  return protocolOfPlugin(own, by);
}

/** A protocol of a plug-in: which plug-in that is belongs to its signature, and what is no value of a metric fails the cell. */
export function protocolOfPlugin(protocol: Protocol, plugin: PluginVersion): Protocol {
  return {
    ...protocol,
    plugin,
    metrics: protocol.metrics.map((metric) => ({
      ...metric,
      compute(pair) {
        const value = metric.compute(pair);
        const where = `plug-in ${plugin.name}`;
        const { id, range } = metric.meta;
        const [least, most] = [range[0], range[1] ?? Infinity];
        if (typeof value === 'number' && (value < least - ROUNDING || value > most + ROUNDING)) {
          const said = `${id} gave ${value}, and its range is ${least} to ${range[1] ?? 'any'}`;
          // Bounds on means rest on it.
          throw new MaskbenchError('plugin.failed', said, { where, remedy: 'mend the metric or its range' });
        }
        if (Number.isFinite(value) || (!isDefined(value) && typeof value?.undefined === 'string'))
          return value;
        const given =
          (value as unknown) instanceof Promise ? 'a promise' : (JSON.stringify(value) ?? typeof value);
        throw new MaskbenchError('plugin.failed', `${id} gave ${given}`, {
          where,
          remedy: 'a metric gives a finite number, or { undefined: why }',
        });
      },
    })),
  };
}
