import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AllGathered, Artifacts, Gathered, Prepared } from '../../../src/analysis/prove/artifacts.js';
import { QUICK } from '../../../src/analysis/prove/effort.js';
import { CHECKS } from '../../../src/analysis/prove/checks/index.js';
import { boundsFor } from '../../../src/analysis/prove/checks/drift-bounds.js';
import { PACKAGE_ROOT } from '../../../src/core/package-root.js';
import { parseDevice } from '../../../src/runners/device.js';
import { useTempFolders } from '../../support/temp-folder.js';

const tempFolder = useTempFolders();

const LEFT_OUT = { kind: 'left-out', why: 'nobody looked' } as const;
const NAMES = [
  'trial',
  'rest',
  'placements',
  'timed',
  'drift',
  'killed',
  'fullMemory',
  'sameTwice',
  'secondCard',
  'allCards',
  'after',
] as const satisfies readonly (keyof Artifacts)[];

/** One check's finding of what was gathered; the device is a card. */
function finding(name: string, gathered: Partial<AllGathered>, device = 'cuda:0'): readonly [string, string] {
  const all = Object.fromEntries(
    NAMES.map((one) => [one, gathered[one] ?? LEFT_OUT]),
  ) as unknown as AllGathered;
  const request = { device: parseDevice(device), effort: QUICK } as Partial<Prepared> as Prepared;
  const one = CHECKS.find((check) => check.name === name);
  if (one === undefined) throw new Error(name);
  const { state, found } = one.audit(all, request);
  return [state, found];
}

const found = <T>(value: T): Gathered<T> => ({ kind: 'found', value });
const failed = { kind: 'failed', failure: { code: 'runner.crashed', message: 'it died' } } as const;
const EQUAL = { compared: 4, identical: 4, maxLevel: 0, meanLevel: 0 };
const FAR = { compared: 4, identical: 1, maxLevel: 90, meanLevel: 3 };

describe('a check', () => {
  it.each(CHECKS.map(({ name, from }) => [name, from] as const))(
    '%s fails with the reason where what it needs fails, and knows nothing where that was left out',
    (name, from) => {
      expect(finding(name, { [from]: failed })).toEqual(['fail', 'it died']);
      expect(finding(name, {})).toEqual(['not known', 'nobody looked']);
    },
  );

  it('has a name of its own', () => {
    expect(new Set(CHECKS.map(({ name }) => name)).size).toBe(CHECKS.length);
  });
});

describe('the killed run', () => {
  const killed: Artifacts['killed'] = {
    planned: 4,
    doneBefore: 2,
    kept: 2,
    doneAfter: 4,
    status: 0,
    said: '',
    evidence: { kind: 'sealed', root: 'x' },
    mattes: EQUAL,
  };
  it.each([
    ['pass', {}, /killed after 2 of 4/],
    ['not known', { doneBefore: 4, kept: 4 }, /over before/],
    ['fail', { kept: 1 }, /1 were not kept/],
    ['fail', { doneAfter: 3 }, /3 were done/],
    ['fail', { status: 70, said: 'a bug' }, /ended with 70: a bug/],
    ['fail', { mattes: FAR }, /1 of 4 mattes equal, the others 3.000 levels off/],
    ['pass', { mattes: { ...FAR, meanLevel: 0.01 } }, /1 of 4 mattes equal/],
    ['fail', { evidence: { kind: 'unsealed', version: '0.1' } }, /unsealed/],
  ] as const)('is %s with %j', (state, change, said) => {
    expect(finding('kill', { killed: found({ ...killed, ...change }) })).toEqual([
      state,
      expect.stringMatching(said),
    ]);
  });
});

describe('full memory', () => {
  const after = { model: 'small', mattes: EQUAL };
  const because = (code: 'runner.out-of-memory' | 'internal') => ({
    failure: { code, message: 'no room' },
    after,
  });
  it.each([
    ['pass', 'cuda:0', because('runner.out-of-memory')],
    ['fail', 'cuda:0', because('internal')],
    ['not known', 'webgpu', because('internal')],
    ['fail', 'cuda:0', { ...because('runner.out-of-memory'), after: { model: 'small', mattes: FAR } }],
    ['fail', 'cuda:0', { failure: undefined, after }],
  ] as const)('is %s on %s with %j', (state, device, fullMemory) => {
    expect(finding('full-memory', { fullMemory: found(fullMemory) }, device)[0]).toBe(state);
  });
});

describe('a model against itself', () => {
  const round = (lower: number | null, upper: number | null) => ({
    kind: 'measured' as const,
    model: 'm',
    round: {
      processes: [4, 4] as const,
      phases: [{ phase: 'predict', ratio: 1, lower, upper, level: 0.99 }],
    },
  });
  it.each([
    ['pass', 0.97, 1.02],
    ['fail', 1.01, 1.05],
    ['fail', 0.9, 0.99],
    ['not known', 0.5, 2],
    ['not known', null, null],
  ] as const)('is %s with a ratio of %s to %s', (state, lower, upper) => {
    const sameTwice = round(lower, upper) as unknown as Artifacts['sameTwice'];
    expect(finding('same-twice', { sameTwice: found(sameTwice) })[0]).toBe(state);
  });

  it('is not known where there is no time for any', () => {
    const sameTwice = found({ kind: 'too-slow', model: 'm', seconds: 540, left: 150 } as const);
    expect(finding('same-twice', { sameTwice })).toEqual([
      'not known',
      expect.stringContaining('540 s of the 150 s'),
    ]);
  });
});

describe('energy', () => {
  const measured = (by: string) => ({
    kind: 'measured',
    by,
    of: 'the card',
    joulesEach: 1.234,
    watts: 61.7,
    idleW: 20,
  });
  it.each([
    [
      'pass',
      measured('nvml'),
      /^m: 1\.23 J per image of the card, 61\.7 W meanwhile, 20\.0 W at rest, by nvml$/,
    ],
    ['pass', { ...measured('rapl'), idleW: null }, /61\.7 W meanwhile, by rapl$/],
    ['not known', measured('power-samples'), /1\.23 J .* no counter told it$/],
    ['not known', { kind: 'not known', reason: 'the nvml counter stood still' }, /stood still$/],
    ['not known', undefined, /nobody looked$/],
  ] as const)('is %s of %j', (state, taken, said) => {
    const pass = taken === undefined ? {} : { energy: taken };
    const timed = { summary: { models: [{ name: 'm', timing: { pass } }] }, untimed: [] };
    expect(finding('energy', { timed: found(timed as unknown as Artifacts['timed']) })).toEqual([
      state,
      expect.stringMatching(said),
    ]);
  });

  it('fails of a model that was not timed', () => {
    const timed = {
      summary: { models: [{ name: 'm', timing: null }] },
      untimed: [{ model: 'm', failure: failed.failure }],
    };
    expect(finding('energy', { timed: found(timed as unknown as Artifacts['timed']) })).toEqual([
      'fail',
      'm: it died',
    ]);
  });
});

describe('one run on all cards', () => {
  const on = (cells: readonly number[], change: object = {}) => ({
    kind: 'computed',
    device: 'cuda:all',
    lost: [],
    summary: {
      cells: { planned: 32, failed: 0 },
      device: { devices: cells.map((count, i) => ({ device: `cuda:${i}`, cells: count })) },
    },
    mattes: EQUAL,
    ...change,
  });
  it.each([
    ['pass', on([20, 12]), /^cuda:all \(20 on cuda:0, 12 on cuda:1\): all 4 mattes equal$/],
    ['not known', on([32, 0]), /before the others began/],
    ['fail', on([20, 12], { mattes: FAR }), /the others 3\.000 levels off/],
    ['fail', on([20, 12], { lost: ['m: the others go on without cuda:1'] }), /without cuda:1/],
    ['fail', on([20, 12], { summary: { cells: { planned: 32, failed: 1 }, device: {} } }), /1 of 32/],
    ['not known', { kind: 'none', why: 'this machine has one card' }, /one card/],
  ] as const)('is %s', (state, value, said) => {
    const allCards = found(value as unknown as Artifacts['allCards']);
    expect(finding('all-cards', { allCards })).toEqual([state, expect.stringMatching(said)]);
  });
});

describe('another card', () => {
  const card = (uuid: string) => ({
    kind: 'card' as const,
    card: {
      gpu: { name: 'NVIDIA L4', uuid },
      instance: null,
      state: undefined,
      settings: undefined,
      columns: [],
    },
  });
  const second = (uuid: string, mattes = EQUAL, bytes: number | null = 1e9) => ({
    kind: 'computed' as const,
    device: 'cuda:1',
    card: card(uuid),
    summary: { cells: { failed: 0 }, models: [{ timing: { pass: { gpuMemoryBytes: bytes } } }] },
    mattes,
  });
  it.each([
    ['pass', second('b')],
    ['fail', second('a')],
    ['fail', second('b', FAR)],
    ['not known', second('b', EQUAL, null)],
    ['not known', { kind: 'none', why: 'this machine has one card' }],
  ] as const)('is %s', (state, value) => {
    const rest = found({ found: card('a'), quiet: null } as unknown as Artifacts['rest']);
    const secondCard = found(value as unknown as Artifacts['secondCard']);
    expect(finding('two-cards', { rest, secondCard })[0]).toBe(state);
  });
});

describe('the bounds of drift', () => {
  it('go by what is computed with', () => {
    expect(boundsFor('float32', 'webgpu')).toMatchObject({ precision: 'float32', meanLevel: 0.1 });
    expect(boundsFor('float32', 'cuda')).toMatchObject({ precision: 'tf32' });
    expect(boundsFor('float16', 'cuda')).toMatchObject({ precision: 'float16' });
    expect(boundsFor('none', 'cpu')).toMatchObject({ precision: 'float32' });
    expect(boundsFor('int8', 'cuda')).toBeUndefined();
  });
});

describe('the network that no memory is large enough for', () => {
  it('is what its script makes', async () => {
    const made = join(await tempFolder(), 'made.onnx');
    execFileSync(process.execPath, [join(PACKAGE_ROOT, 'scripts', 'make-full-memory.mjs'), made]);
    const kept = join(PACKAGE_ROOT, 'configs', 'proof', 'full-memory.onnx');
    expect((await readFile(made)).equals(await readFile(kept))).toBe(true);
  });
});
