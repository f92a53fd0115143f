import { formatDevice } from '../../../runners/device.js';
import type { FoundCard } from '../../../runners/onnx/devices/card.js';
import { GROWN_BYTES, KEPT_BYTES } from '../../../runners/onnx/seal/card.js';
import type { TimingPassSummary } from '../../../schema/timing-summary.js';
import type { SealPart, SealPartName } from '../../../schema/seal.js';
import type { OfModel, TimedRun } from '../artifacts.js';
import { check, fail, type Finding, notKnown, ofEachModel, pass } from '../check.js';

/** The passes of the models that were timed. */
function passesOf({ summary, untimed }: TimedRun): readonly OfModel<TimingPassSummary>[] {
  return summary.models.map(({ name: model, timing }): OfModel<TimingPassSummary> => {
    if (timing?.pass !== undefined) return { model, kind: 'found', value: timing.pass };
    const failure = untimed.find((one) => one.model === model)?.failure;
    return { model, kind: 'failed', failure: failure ?? { code: 'internal', message: 'it was not timed' } };
  });
}

/** Why nothing is told of a card: that is a fault only where its driver could tell. */
function untold(found: Exclude<FoundCard, { kind: 'card' }>): Finding {
  if (found.kind === 'none') return notKnown('the device is the processor, and no card');
  return found.canTell ? fail(found.why) : notKnown(found.why);
}

export const memory = check('memory', 'the memory of each model is told', 'timed', (timed, { device }) =>
  ofEachModel(passesOf(timed), ({ gpuMemoryBytes, gpuMemoryBy }, model) => {
    const peak = timed.summary.models.find(({ name }) => name === model)?.timing?.peakRssBytes ?? null;
    const host = peak === null ? '' : `${mebibytes(peak)} of the machine at most`;
    if (device.provider === 'cpu') return peak === null ? notKnown('this system does not tell') : pass(host);
    if (gpuMemoryBytes === null)
      return notKnown(['what it holds of the card', host].filter(Boolean).join('; '));
    const by = gpuMemoryBy === 'process' ? 'of the process' : 'by which the card\u2019s memory grew';
    return pass([`${mebibytes(gpuMemoryBytes)} ${by}`, host].filter(Boolean).join('; '));
  }),
);

export const neighbours = check(
  'neighbours',
  'nobody else is on the device',
  'timed',
  (timed, _request, { rest }) => {
    const quiet = rest.kind === 'found' ? rest.value.quiet : null;
    const held = quiet?.memoryUsedBytes ?? 0;
    const troubles = [
      ...(held > KEPT_BYTES
        ? [`${mebibytes(held)} of the card were held before anything of ours was there`]
        : []),
      ...((quiet?.utilization ?? 0) > 0 ? [`others used ${quiet?.utilization} % of it meanwhile`] : []),
      ...(quiet?.processes ?? []).map((pid) => `process ${pid} computes on it`),
    ];
    if (troubles.length > 0) return fail(troubles.join('; '));
    return ofPart(timed, 'isolated');
  },
);

export const throttling = check('throttling', 'nothing was slowed by heat or by a limit', 'timed', (timed) =>
  ofPart(timed, 'unthrottled'),
);

/** What the seal says of one of its parts, of each model. */
function ofPart(timed: TimedRun, name: SealPartName): Finding {
  return ofEachModel(passesOf(timed), ({ parts }) => {
    const part = parts.find((one) => one.name === name);
    if (part === undefined) return notKnown('it was not looked at');
    return { state: stateOf(part), found: part.found };
  });
}

/** Records of 0.1 have no state, and this is none. */
export function stateOf({ state, pass: holds }: SealPart): Finding['state'] {
  return state ?? (holds ? 'pass' : 'fail');
}

export const telemetry = check(
  'telemetry',
  'the card is read while it computes: power, heat, clocks',
  'timed',
  (timed, { effort }, { rest }) => {
    const card = rest.kind === 'found' ? rest.value.found : undefined;
    if (card === undefined) return notKnown('nobody looked for a card');
    if (card.kind !== 'card') return untold(card);
    const quick = effort.time.profile === 'quick';
    return ofEachModel(passesOf(timed), ({ gpu, parts }) => {
      const unread = parts
        .find(({ name }) => name === 'unthrottled')
        ?.notKnown?.find((one) => one.startsWith('GPU clocks ('));
      if (gpu === null && quick)
        return notKnown('no reading came; the turns of a quick look may be too short');
      if (gpu === null) return fail('no reading came while it was timed');
      if (unread !== undefined) return fail(`${gpu.readings} readings; not known: ${unread}`);
      const said = [
        `${gpu.readings} readings`,
        rangeOf(gpu.powerW, 'W'),
        rangeOf(gpu.temperatureC, 'C'),
        rangeOf(gpu.smClockMhz, 'MHz'),
      ].join(', ');
      return gpu.powerW === null ? notKnown(`${said}; the driver tells no power`) : pass(said);
    });
  },
);

/** A figure without a counter is shown to people, and proves no counter. */
export const energy = check('energy', 'energy per image is counted', 'timed', (timed) =>
  ofEachModel(passesOf(timed), ({ energy: taken }) => {
    if (taken === undefined) return notKnown('joules per image: nobody looked');
    if (taken.kind === 'not known') return notKnown(`joules per image: ${taken.reason}`);
    const { by, of, joulesEach, watts, idleW } = taken;
    const idle = idleW === null ? '' : `, ${watt(idleW)} at rest`;
    const said = `${joulesEach.toPrecision(3)} J per image of ${of}, ${watt(watts)} meanwhile${idle}`;
    return by === 'power-samples'
      ? notKnown(`${said}, by the power that was read now and then: no counter told it`)
      : pass(`${said}, by ${by}`);
  }),
);

const watt = (value: number): string => `${value.toPrecision(3)} W`;

/** Of its highest clock; less is told as a fault unless the driver says why. */
const FULL_CLOCK = 0.5;

export const clocks = check('clocks', 'the card runs at its clocks', 'timed', (timed, _request, { rest }) => {
  const found = rest.kind === 'found' ? rest.value.found : undefined;
  if (found === undefined) return notKnown('nobody looked for a card');
  if (found.kind !== 'card') return notKnown(untold(found).found);
  const most = found.card.settings?.maxSmClockMhz ?? null;
  return ofEachModel(passesOf(timed), ({ gpu }) => {
    const clock = gpu?.smClockMhz ?? null;
    if (gpu === null || clock === null || most === null) return notKnown('the driver tells no clock');
    const why = gpu.limits.filter((reason) => reason !== 'idle');
    const said = [`${rangeOf(clock, 'MHz')} of ${most}`, ...why].join('; ');
    return clock[1] < FULL_CLOCK * most && why.length === 0
      ? fail(`${said}; the driver does not say why`)
      : pass(said);
  });
});

export const stays = check(
  'card-stays',
  'the same card is there at the end',
  'after',
  (now, { device }, { rest }) => {
    const before = rest.kind === 'found' ? rest.value : undefined;
    if (before?.found.kind !== 'card') {
      return notKnown(before === undefined ? 'nobody looked for a card' : untold(before.found).found);
    }
    const { name, uuid } = before.found.card.gpu;
    if (now.found.kind !== 'card') {
      const why = now.found.kind === 'untold' ? now.found.why : 'it is gone';
      return fail(`${formatDevice(device)} was ${name}, and at the end nobody tells of it: ${why}`);
    }
    if (now.found.card.gpu.uuid !== uuid)
      return fail(`it was ${name} (${uuid}), and is ${now.found.card.gpu.uuid}`);
    const [held, still] = [before.quiet?.memoryUsedBytes ?? null, now.quiet?.memoryUsedBytes ?? null];
    if (held === null || still === null) return notKnown(`${name}; what is held of its memory is not told`);
    return still - held > GROWN_BYTES
      ? fail(`${name}; ${mebibytes(still - held)} of its memory are held that were free before`)
      : pass(`${name}; its memory was given back`);
  },
);

const rangeOf = (range: readonly [number, number] | null, unit: string): string =>
  range === null
    ? `no ${unit}`
    : range[0] === range[1]
      ? `${range[0]} ${unit}`
      : `${range[0]} to ${range[1]} ${unit}`;

export const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
