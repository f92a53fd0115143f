import { describe, expect, it } from 'vitest';
import type { GpuReading } from '../../../../src/runners/onnx/devices/nvidia-watch.js';
import {
  countDuring,
  type CounterReading,
  type EnergyCounter,
  type EnergyStretch,
  type FoundCounter,
  growth,
} from '../../../../src/runners/onnx/energy/counter.js';
import { energyOver } from '../../../../src/runners/onnx/energy/energy-over.js';

const read = (...joules: number[]): CounterReading => ({ kind: 'read', joules });

describe('what a counter grew by', () => {
  const rapl = { by: 'rapl', ranges: [100, 100] } as const;
  const nvml = { by: 'nvml', ranges: [null] } as const;

  it.each([
    ['is the difference', nvml, read(1000), read(1250.5), 250.5],
    ['is nothing where it stood still', nvml, read(7), read(7), 0],
    ['of several is the sum', rapl, read(10, 20), read(15, 21), 6],
    ['goes on behind its range, each by itself', rapl, read(98, 20), read(3, 21), 6],
  ])('%s', (_, counter, before, after, joules) => {
    expect(growth(counter, before, after, 50)).toEqual({ kind: 'joules', joules });
  });

  it.each([
    ['falls and has no range', nvml, read(1000), read(2), 50, /nvml counter went backwards: it was reset/],
    ['could have begun anew twice', rapl, read(1, 1), read(2, 2), 100, /more than once in one turn/],
    ['lost a part', rapl, read(1, 1), read(2), 50, /tells no figure/],
    ['tells no number', nvml, read(Number.NaN), read(2), 50, /tells no figure/],
    ['was lost before', nvml, { kind: 'lost', reason: 'gone' } as const, read(2), 50, /^gone$/],
    ['was lost meanwhile', nvml, read(2), { kind: 'lost', reason: 'gone' } as const, 50, /^gone$/],
  ])('is not known of one that %s', (_, counter, before, after, ms, reason) => {
    expect(growth(counter, before, after, ms)).toEqual({
      kind: 'lost',
      reason: expect.stringMatching(reason),
    });
  });
});

const counter = (more: Partial<EnergyCounter> = {}): FoundCounter => ({
  kind: 'counter',
  counter: {
    by: 'nvml',
    of: 'the card',
    everyMs: 100,
    ranges: [null],
    mostW: 700,
    pid: undefined,
    read: async () => read(0),
    stop: () => undefined,
    ...more,
  },
});
const none: FoundCounter = { kind: 'none', reason: 'there is no counter' };
const stretch = (from: number, durationMs: number, joules?: number): EnergyStretch => ({
  between: [from, from + durationMs],
  durationMs,
  grown: joules === undefined ? null : { kind: 'joules', joules },
});
const reading = (atMs: number, powerW: number | null): GpuReading => ({
  atMs,
  index: 0,
  memoryUsedBytes: null,
  temperatureC: null,
  powerW,
  powerLimitW: null,
  performanceState: null,
  smClockMhz: null,
  memoryClockMhz: null,
  maxSmClockMhz: null,
  limits: [],
});

describe('the energy of a model\u2019s turns', () => {
  const idle = [stretch(0, 1000, 60)];
  const turns = [stretch(2000, 500, 150), stretch(3000, 1500, 450)];

  it('is all that the counter grew by in them, with what the device takes without us beside it', () => {
    expect(energyOver({ found: counter(), stretches: turns, idle, readings: [] })).toEqual({
      kind: 'measured',
      by: 'nvml',
      of: 'the card',
      joules: 600,
      durationMs: 2000,
      idleW: 60,
    });
  });

  it('is known without what it takes idle', () => {
    const [short] = [stretch(0, 100, 6)];
    const found = energyOver({ found: counter(), stretches: turns, idle: [short], readings: [] });
    expect(found).toMatchObject({ joules: 600, idleW: null });
  });

  const lost: EnergyStretch = { ...stretch(0, 900), grown: { kind: 'lost', reason: 'it went backwards' } };
  it.each([
    ['one turn was lost', [...turns, lost], /^it went backwards$/],
    ['the counter stood still', [stretch(0, 500, 0), stretch(600, 500, 0)], /stood still/],
    [
      'turns are shorter than it can tell',
      [stretch(0, 150, 30), stretch(300, 150, 30)],
      /turns of 150 ms are too short/,
    ],
    ['it tells more than a card can take', [stretch(0, 500, 400)], /tells 800 W, more than twice/],
    ['it was not read', [stretch(0, 500)], /not read/],
    ['nothing was recorded', [], /nothing was recorded/],
  ])('is not known where %s, whatever power was read', (_, stretches, reason) => {
    const readings = [reading(100, 300), reading(400, 300), reading(2100, 300), reading(3100, 300)];
    expect(energyOver({ found: counter(), stretches, idle, readings })).toEqual({
      kind: 'not known',
      reason: expect.stringMatching(reason),
    });
  });

  it('is by name the power that was read times the time, where there is no counter', () => {
    const readings = [
      reading(500, 50), // idle
      reading(1900, 999), // between turns: nobody's
      reading(2100, 200),
      reading(2300, 300), // a turn of 0.5 s at 250 W
      reading(3200, 400),
      reading(4400, 400), // and one of 1.5 s at 400 W
    ];
    const found = energyOver({ found: none, stretches: turns, idle, readings });
    expect(found).toEqual({
      kind: 'measured',
      by: 'power-samples',
      of: 'the card',
      joules: 250 * 0.5 + 400 * 1.5,
      durationMs: 2000,
      idleW: 50,
    });
  });

  it('is not known without a counter and with too few readings, or readings without power', () => {
    const wanted = { kind: 'not known', reason: 'there is no counter' };
    for (const readings of [[], [reading(2100, 200)], [reading(2100, null), reading(3100, null)]])
      expect(energyOver({ found: none, stretches: turns, idle, readings })).toEqual(wanted);
  });
});

describe('counting while something is done', () => {
  it('reads just before and just after it, and gives what it gave', async () => {
    const order: string[] = [];
    let joules = 0;
    const found = counter({
      async read() {
        order.push('read');
        return read((joules += 5));
      },
    });
    const stretches: EnergyStretch[] = [];
    const result = await countDuring(found, stretches, async () => {
      order.push('work');
      return 42;
    });
    expect([result, order]).toEqual([42, ['read', 'work', 'read']]);
    expect(stretches).toMatchObject([{ grown: { kind: 'joules', joules: 5 } }]);
  });

  it('only notes the time where there is no counter', async () => {
    const stretches: EnergyStretch[] = [];
    await countDuring(none, stretches, async () => undefined);
    expect(stretches).toMatchObject([{ grown: null }]);
  });
});
