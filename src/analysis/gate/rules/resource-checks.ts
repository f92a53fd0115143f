import type { PairComparison } from '../../../schema/comparison.js';
import type { Check, Verdict } from '../../../schema/verdict.js';
import type { Gate } from '../gate.js';

type Rule = NonNullable<Gate['memory']>;

/** The limits on peak memory and on the size of the model file, as far as the gate has them. */
export function resourceChecks(gate: Gate, pair: PairComparison): readonly Check[] {
  const sizes = { baseline: pair.baseline.bytes, candidate: pair.candidate.bytes };
  return [
    ...(gate.memory === undefined ? [] : limit('memory', 'peak memory', gate.memory, pair.peakRssBytes)),
    ...(gate.size === undefined ? [] : limit('size', 'model file', gate.size, sizes)),
  ];
}

function limit(
  kind: 'memory' | 'size',
  what: string,
  rule: Rule,
  bytes: { readonly baseline: number; readonly candidate: number } | null,
): readonly Check[] {
  const { maximumRatio, maximumMegabytes } = rule;
  const megabytes = (value: number): string => `${(value / 1e6).toFixed(1)} MB`;
  const evidence =
    bytes === null
      ? `${what} is not known for both models on the same machine with the same threads`
      : `${what} ${megabytes(bytes.baseline)} before, ${megabytes(bytes.candidate)} now (${(bytes.candidate / bytes.baseline).toFixed(3)} x)`;
  const check = (
    id: string,
    text: string,
    holds: (candidate: number, baseline: number) => boolean,
  ): Check => {
    const verdict: Verdict =
      bytes === null ? 'inconclusive' : holds(bytes.candidate, bytes.baseline) ? 'pass' : 'fail';
    return {
      id: `${kind}/${id}`,
      kind,
      rule: `${what}: at most ${text}`,
      verdict,
      evidence,
      figures: { baseline: bytes?.baseline ?? null, candidate: bytes?.candidate ?? null },
      images: [],
    };
  };
  return [
    ...(maximumRatio === undefined
      ? []
      : [check('ratio', `${maximumRatio} x the baseline's`, (now, before) => now <= before * maximumRatio)]),
    ...(maximumMegabytes === undefined
      ? []
      : [check('megabytes', `${maximumMegabytes} MB`, (now) => now <= maximumMegabytes * 1e6)]),
  ];
}
