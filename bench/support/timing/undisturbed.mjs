import { cpus } from 'node:os';
import { timingPlan } from '../../../dist/pipeline/timing/timing-plan.js';
import { foreignCoresAllowed, IDLE_LIMITS, ownThreads } from '../../../dist/runners/onnx/seal/idle.js';
import { timeSchema } from '../../../dist/store/settings-schema.js';
import { startTable, verdict } from '../print.mjs';
import { spreadOfPlainArithmetic } from './plain-arithmetic.mjs';
import { failedParts, sealedPass } from './seal-run.mjs';
import { IDLE, untilIdle } from './until-idle.mjs';

/** @import { PassRecord } from '../../../dist/store/timing-record.js' */

/** What the seal allows three windows of the standard profile to lie apart. */
const TOLERANCE = timingPlan(timeSchema.parse({ profile: 'standard' })).tolerance;

/** @type {readonly (readonly [heading: string, width: number])[]} */
const COLUMNS = [
  ['run', 6],
  ['sealed', 6],
  ['by 0.1', 6],
  ['others before', 13],
  ['during', 7],
  ['steal %', 7],
  ['own %', 7],
  ['waited %', 8],
  ['switches/s', 10],
  ['PSI %', 6],
  ['plain %', 7],
  ['s', 3],
];

/**
 * Bars: an undisturbed run is sealed at least 8 times in 10, and as often as by the rule that 0.1 had for idleness and
 * limits, judged by the same values. Every value is printed beside its limit, and of a run without a seal the reasons. Before every run plain
 * arithmetic is judged in the same way: where that is uneven the machine is, whatever a harness does, and a run that is
 * sealed as often as that is steady is all that can be had.
 *
 * @param {{ runs: number }} options
 */
export async function undisturbed({ runs }) {
  console.log(`  ${runs} runs of some 20 s; before each it waits until ${IDLE}`);
  console.log(
    '  others in processors; plain: how far three windows of plain arithmetic lie apart before the run',
  );
  const printRow = startTable(COLUMNS);
  printRow(limits(cpus().length));
  const [count, before] = [
    { sealed: 0, byFirst: 0, even: 0 },
    { lost: 0, won: 0 },
  ];
  for (let i = 1; i <= runs; i++) {
    const idle = await untilIdle();
    const begin = performance.now();
    const spread = spreadOfPlainArithmetic();
    const pass = await sealedPass();
    const [now, first] = [failedParts(pass.parts).length === 0, isSealedByFirst(pass)];
    if (now) count.sealed++;
    if (first) count.byFirst++;
    if (spread <= TOLERANCE) count.even++;
    if (first && !now) before.lost++;
    if (now && !first) before.won++;
    const seconds = ((performance.now() - begin) / 1000).toFixed(0);
    printRow([String(i), yesOrNo(now), yesOrNo(first), ...valuesOf(pass), percent(spread), seconds]);
    if (!idle.isIdle)
      console.log(`    not idle: others used ${percent(idle.others)} % of all processors before it`);
    for (const { name, found } of pass.parts.filter((part) => !part.pass))
      console.log(`    not ${name}: ${found}`);
  }
  const [often, asBefore] = [count.sealed >= 0.8 * runs, count.sealed >= count.byFirst];
  console.log(`  plain arithmetic was steady in ${count.even} of ${runs} stretches`);
  console.log(
    `  ${count.sealed} of ${runs} undisturbed runs sealed, bar ${Math.ceil(0.8 * runs)}: ${verdict(often)}`,
  );
  console.log(
    `  by the rule of 0.1 for idleness and limits ${count.byFirst} (${before.lost} of them no more, ${before.won} others), bar: as many now: ${verdict(asBefore)}`,
  );
  return often && asBefore;
}

const yesOrNo = (/** @type {boolean} */ is) => (is ? 'yes' : 'no');
const percent = (/** @type {number | null | undefined} */ share) =>
  share === null || share === undefined ? '-' : (100 * share).toFixed(1);

/** @param {number} cores */
function limits(cores) {
  const others = `<= ${foreignCoresAllowed(cores).toFixed(2)}`;
  const { steal, own, waited, switchesPerSecond, pressure } = IDLE_LIMITS;
  const atMost = (/** @type {number} */ share) => `<= ${100 * share}`;
  return [
    'limit',
    '',
    '',
    others,
    others,
    atMost(steal),
    `>= ${100 * own}`,
    atMost(waited),
    `<= ${switchesPerSecond}`,
    atMost(pressure),
    atMost(TOLERANCE),
    '',
  ];
}

/** @param {PassRecord} pass */
function valuesOf({ before, during, cpuMs, involuntarySwitches }) {
  const { cores = 1, waitedMs = null } = during;
  const { own, waited, switchesPerSecond, pressure } = ownThreads(
    { ...during, waitedMs },
    { cpuMs, involuntarySwitches },
  );
  const othersIn = (/** @type {number | null | undefined} */ share) =>
    share === null || share === undefined ? '-' : (share * cores).toFixed(2);
  return [
    othersIn(before?.foreignCpu),
    othersIn(during.foreignCpu),
    percent(Math.max(before?.steal ?? 0, during.steal ?? 0)),
    percent(own),
    percent(waited),
    switchesPerSecond.toFixed(0),
    percent(pressure),
  ];
}

/** What 0.1 allowed, as shares of all processors, and of the time. */
const FIRST = { foreign: 0.03, steal: 0.01, limited: 0.005 };

/**
 * Whether 0.1 would have sealed this pass: all parts as they are judged now, but idleness by what others used alone and limits by
 * heat and held back time alone. (It read one control group, and this is of all of them, which on an idle machine is the same.)
 *
 * @param {PassRecord} pass
 */
function isSealedByFirst({ before, during, parts }) {
  const isIdle = [...(before === null ? [] : [before]), during].every(
    ({ foreignCpu, steal }) =>
      foreignCpu !== null && foreignCpu <= FIRST.foreign && (steal ?? 0) <= FIRST.steal,
  );
  const isFree =
    (during.thermalEvents ?? 0) === 0 && (during.limitedMs ?? 0) <= FIRST.limited * during.durationMs;
  const isRest = parts.every(({ name, pass }) => pass || name === 'idle' || name === 'unthrottled');
  return isIdle && isFree && isRest;
}
