import { COMPARISON_VERSION, type LatencyComparison, type PairComparison } from '../../schema/comparison.js';
import { MaskbenchError } from '../../core/errors.js';
import { type Check, type GateOutcome, overallVerdict, type PairVerdict } from '../../schema/verdict.js';
import { type Compared, type CompareOptions, compareSides } from '../compare/compare.js';
import {
  assertDecidable,
  assertThere,
  type AskedRule,
  type Gate,
  type LoadedGate,
  measureOf,
  metricsOfGate,
  rulesOf,
} from './gate.js';
import type { ModelPair } from '../compare/pair-models.js';
import { remeasure, type Remeasured, type RemeasureRequest } from './remeasure/remeasure.js';
import { evidenceMark } from '../../schema/evidence.js';
import { pluginsOf } from '../../core/plugins/load-plugins.js';
import { codeDigest } from './code-digest.js';
import { ownVersion } from '../../core/package-root.js';
import type { TimeScope } from '../../schema/timing-summary.js';
import type { Side } from '../compare/side.js';
import { type Claim, judgeClaims } from './evidence/claims.js';
import type { Followed } from './evidence/followed.js';
import type { Finding, JudgedPair } from './rules/rule.js';

/** What is needed to time a pair of models, once the gate has said how. */
export type TimePair = (
  pair: ModelPair,
) => Promise<Pick<RemeasureRequest, 'timer' | 'onProcess'> & { readonly scope?: TimeScope }>;

export interface CheckOptions extends Omit<CompareOptions, 'metrics'> {
  /** Measures times for this check; without it, latency rules stay open. */
  readonly remeasure?: TimePair | undefined;
  /** Whether open claims say what they would take, by simulation: some seconds each. Default true. */
  readonly explain?: boolean;
}

/**
 * Holds a candidate against a baseline by a gate's rules.
 *
 * @throws MaskbenchError as `compareSides` and `assertDecidable` do; `config.unknown-name` for a slice that no image is in;
 * `run.unsealed` if the gate asks for sealed evidence and a
 * side has none.
 */
export async function checkGate(
  baseline: Side,
  candidate: Side,
  loaded: LoadedGate,
  options: CheckOptions = {},
): Promise<GateOutcome> {
  const { gate } = loaded;
  const { remeasure: timePair, explain = true, ...compareOptions } = options;
  assertDecidable(gate, timePair !== undefined);
  if (gate.evidence === 'sealed') for (const side of [baseline, candidate]) assertSealed(side, gate);
  const metrics = metricsOfGate(gate);
  const compared = await compareSides(baseline, candidate, {
    ...compareOptions,
    // a gate without a rule on scores still shows what happened to them
    metrics: metrics.length > 0 ? metrics : undefined,
  });
  for (const { datasets } of compared.pairs) assertThere(gate, datasets);
  const timed = timePair === undefined ? compared : await withTimes(compared, gate, timePair);
  const { resamples = 10_000, seed = 'maskbench' } = options;
  return decide(timed, loaded, { resampling: { resamples, seed }, explain });
}

/** Generated data has no evidence, and needs none. */
export function assertSealed({ facts: { evidence, kind, label } }: Side, gate: Gate): void {
  if (evidence === undefined || evidence.kind === 'sealed') return;
  const what = kind === 'baseline' ? 'the run of this baseline' : 'this run';
  const remedy =
    kind === 'baseline'
      ? 'set the baseline again from a sealed run, with --replace'
      : 'look at it and seal it with "maskbench verify <run> --seal", or make it again';
  throw new MaskbenchError(
    'run.unsealed',
    `${what} is ${evidenceMark(evidence)}, and the gate "${gate.name}" asks for sealed evidence`,
    { where: label, remedy },
  );
}

export async function withTimes(compared: Compared, gate: Gate, timePair: TimePair): Promise<Compared> {
  const pairs: PairComparison[] = [];
  for (const [i, pair] of compared.pairs.entries()) {
    const { scope, ...request } = await timePair(pair);
    const measured = await measureByRule(gate, request);
    const [first] = measured;
    pairs.push({
      ...compared.comparison.pairs[i],
      latency: latencyOf(measured, scope),
      peakRssBytes: first?.peakRssBytes ?? null,
    });
  }
  return { ...compared, comparison: { ...compared.comparison, pairs } };
}

/** One measurement and, if a rule fails by it, the one declared confirmation. */
async function measureByRule(
  gate: Gate,
  request: Pick<RemeasureRequest, 'timer' | 'onProcess'>,
): Promise<readonly Remeasured[]> {
  const full = { ...request, processes: measureOf(gate).processes, level: gate.level };
  try {
    const first = await remeasure(full, 'measurement');
    const fails = rulesOf(gate).some(({ rule, asked }) => rule.isFailedBy?.(asked, first.round) === true);
    if (!fails) return [first];
    return [first, await remeasure(full, 'confirmation')];
  } finally {
    request.timer.stop();
  }
}

function latencyOf(measured: readonly Remeasured[], scope: TimeScope = 'predict'): LatencyComparison {
  const rounds = measured.map(({ round }) => round);
  return { kind: 'remeasured', ...(scope === 'predict' ? {} : { scope }), rounds };
}

/** How a gate is applied. */
interface Deciding extends Pick<JudgedPair, 'explain' | 'resampling' | 'looks' | 'named'> {
  /** Of a check that looked at images as they came in. */
  readonly untilDecided?: GateOutcome['untilDecided'];
}

/**
 * Applies a gate to a comparison: every pair of models by itself, then all together. Passing takes every check of
 * every pair; one failure fails; anything left open leaves the whole open.
 */
export function decide(
  { comparison, pairs }: Compared,
  { gate, sha256 }: LoadedGate,
  { untilDecided, ...how }: Deciding,
): GateOutcome {
  const { level, assume = null } = gate;
  const verdicts = pairs.map((pair, i): PairVerdict => {
    const checks = judgeRules(gate, judgedPair(gate, pair, comparison.pairs[i], how)).map(
      ({ check }) => check,
    );
    return {
      baseline: pair.baseline.name,
      candidate: pair.candidate.name,
      verdict: overallVerdict(checks.map(({ verdict }) => verdict)),
      checks,
    };
  });
  return {
    schemaVersion: COMPARISON_VERSION,
    gate: { name: gate.name, description: gate.description ?? null, sha256, level, assume },
    code: { maskbenchVersion: ownVersion(), sha256: codeDigest(), ...pluginsOfGate(gate) },
    ...(untilDecided === undefined ? {} : { untilDecided }),
    verdict: overallVerdict(verdicts.map(({ verdict }) => verdict)),
    pairs: verdicts,
    comparison,
  };
}

/** The plug-ins that decide by it. */
function pluginsOfGate(gate: Gate): Pick<GateOutcome['code'], 'plugins'> {
  const keys = rulesOf(gate).map(({ rule }) => rule.key);
  const names = [...keys, ...metricsOfGate(gate)].filter((name) => name.includes('.'));
  const plugins = pluginsOf(names).map(({ name, version }) => ({ name, version }));
  return plugins.length === 0 ? {} : { plugins };
}

/** A pair of models as rules judge it. */
export function judgedPair(
  { level, minimumImages, assume }: Gate,
  { datasets, baseline, candidate, isOneKey }: Compared['pairs'][number],
  comparison: PairComparison,
  { resampling, ...how }: Omit<Deciding, 'untilDecided'>,
): JudgedPair {
  // What a model was trained on proves nothing about new pictures.
  const unseen = datasets.filter(({ leaked }) => leaked.length === 0);
  return {
    ...how,
    datasets: unseen,
    comparison,
    isIdentical: isOneKey && unseen.length > 0 && unseen.every(({ isEqual }) => isEqual),
    level,
    assume: assume ?? null,
    minimumImages,
    resampling: { ...resampling, seed: `${resampling.seed}/${baseline.name}/${candidate.name}` },
  };
}

interface Found extends AskedRule {
  readonly finding: Finding;
}

/** What every rule finds, in the order of the rules. */
export function findingsOf(gate: Gate, on: JudgedPair): readonly Found[] {
  return rulesOf(gate).flatMap(({ rule, asked }) =>
    rule.judge(asked, on).map((finding) => ({ rule, asked, finding })),
  );
}

export interface JudgedRule extends AskedRule {
  readonly check: Check;
  readonly followed: readonly Followed[];
}

/** Every rule's checks in the order of the rules; all their claims are one family. */
export function judgeRules(gate: Gate, on: JudgedPair): readonly JudgedRule[] {
  const found = findingsOf(gate, on);
  const claims = found.flatMap(({ finding }) => ('judge' in finding ? [finding] : []));
  const judged = judgeClaims(claims, on.level);
  return found.flatMap(({ rule, asked, finding }) => {
    const { followed = [] } = finding;
    const check = 'judge' in finding ? judged[claims.indexOf(finding)] : withoutFollowed(finding);
    if (check === null) return [];
    const { id, ...rest } = check;
    return [{ rule, asked, followed, check: { id, kind: rule.kind, ...rest } }];
  });
}

function withoutFollowed({ followed: _followed, ...check }: Exclude<Finding, Claim>): Omit<Check, 'kind'> {
  return check;
}
