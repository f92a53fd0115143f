import type { Summary } from '../../schema/summary.js';
import { threeDigits } from './energy-table.js';
import { formatMs, NO_FIGURE, type Cell, type Table } from './table.js';

/** What was asked of each service, what it said, and what that cost. Null for a run without one. */
export function serviceTable({ models, timing }: Summary): Table | null {
  const services = models.flatMap(({ name, service }) => (service === undefined ? [] : [{ name, service }]));
  if (services.length === 0) return null;
  const number = (value: number): Cell => ({ text: String(value), value });
  const ms = (value: number | undefined): Cell =>
    value === undefined ? NO_FIGURE : { text: formatMs(value), value };
  return {
    title: 'Services',
    caption:
      'Calls over the network, repeated ones included. Milliseconds to the first byte and to the whole answer (polled and fetched where that is so), of calls that gave a matte; p95 needs 130 of them. By status: what calls came to that gave none. Cost: of all calls but those that never got there, and for a thousand mattes.',
    columns: [
      { label: 'Service', align: 'left' },
      ...['pictures', 'calls', 'mattes', 'first byte', 'whole p50', 'p90', 'p95'].map((label) => ({
        label,
        align: 'right' as const,
      })),
      { label: 'Without a matte', align: 'left' },
      { label: 'cost', align: 'right' },
      { label: '/1,000', align: 'right' },
    ],
    rows: services.map(({ name, service }) => {
      const { calls, pictures, answered, outcomes, cost, firstByteMs } = service;
      const whole = timing.find(
        ({ model, dataset, scope }) => model === name && dataset === null && scope === 'service',
      )?.phases.predict;
      const good = Object.entries(outcomes).reduce(
        (sum, [status, n]) => sum + (status.startsWith('2') ? n : 0),
        0,
      );
      const others = Object.entries(outcomes).filter(([status]) => !status.startsWith('2'));
      const without = [
        ...others.map(([status, n]) => `${n} x ${status}`),
        ...(good > answered ? [`${good - answered} x answered with none`] : []),
      ];
      return {
        kind: 'measured',
        cells: [
          { text: name },
          number(pictures),
          number(calls),
          number(answered),
          ms(firstByteMs?.p50),
          ms(whole?.p50),
          ms(whole?.p90),
          ms(whole?.p95),
          { text: without.join(', ') || 'none' },
          cost === undefined
            ? NO_FIGURE
            : { text: `${cost.currency} ${threeDigits(cost.amount)}`, value: cost.amount },
          cost?.per1000 === undefined
            ? NO_FIGURE
            : { text: `${cost.currency} ${threeDigits(cost.per1000)}`, value: cost.per1000 },
        ],
      };
    }),
    notes: services.flatMap(({ name, service: { told } }) =>
      Object.entries(told)
        .filter(([header, values]) => values.length > 1 && header !== 'etag')
        .map(
          ([header, values]) => `${name} said several things of itself (${header}): ${values.join(', ')}.`,
        ),
    ),
  };
}
