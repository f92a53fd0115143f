import { describe, expect, it } from 'vitest';
import { answerTable } from '../../../src/reports/tables/answer-table.js';
import { energyTable } from '../../../src/reports/tables/energy-table.js';
import { figuresOf } from '../../../src/reports/tables/figures.js';
import { phaseTable } from '../../../src/reports/tables/phase-table.js';
import type { Table } from '../../../src/reports/tables/table.js';
import { tablesOf } from '../../../src/reports/tables/tables-of.js';
import { summariseEnergy, type EnergyRecord, type EnergySummary } from '../../../src/schema/energy.js';
import type { Summary } from '../../../src/schema/summary.js';
import { PASS, SUMMARY } from '../fixed-summary.js';

/** 600 J in 2 s, and 64 predictions in them. */
const COUNTED: EnergyRecord = {
  kind: 'measured',
  by: 'nvml',
  of: 'the card',
  joules: 600,
  durationMs: 2000,
  idleW: 60,
};
const EACH = summariseEnergy(COUNTED, 64);

function runOf(
  energies: readonly (EnergySummary | undefined)[],
  { price, sealed = false }: { price?: NonNullable<Summary['device']['price']>; sealed?: boolean } = {},
): Summary {
  return {
    ...SUMMARY,
    device: { ...SUMMARY.device, ...(price === undefined ? {} : { price }) },
    models: SUMMARY.models.map((model, i) => {
      const energy = energies[i];
      const pass = { ...PASS, ...(energy === undefined ? {} : { energy }) };
      return { ...model, timing: model.timing && { ...model.timing, pass } };
    }),
    timing: SUMMARY.timing.map((row) => (sealed ? { ...row, seal: { kind: 'sealed' } as const } : row)),
  };
}

const rowsOf = (table: Table | null): readonly Readonly<Record<string, string>>[] =>
  (table?.rows ?? []).map(({ cells }) =>
    Object.fromEntries(cells.map(({ text }, i) => [table?.columns[i].label ?? '', text])),
  );

describe('energy', () => {
  it('of one prediction is all joules over all that was predicted meanwhile', () => {
    expect(EACH).toEqual({
      kind: 'measured',
      by: 'nvml',
      of: 'the card',
      joulesEach: 9.375,
      watts: 300,
      idleW: 60,
    });
  });

  it('stands beside the times with what it is of, marked as the times are', () => {
    const summary = runOf([EACH]);
    const table = energyTable(summary, 'cuda:0');
    expect(rowsOf(table)[0]).toEqual({
      Model: 'isnet-fp16 *',
      'J/image': '9.38',
      W: '300',
      'idle W': '60.0',
      'Wh /1,000': '2.60',
    });
    expect(table?.caption).toMatch(
      /^Joules of the card for one prediction: .*recorded stretches.*idle W: .*not subtracted/,
    );
    expect(rowsOf(answerTable(summary))[0]).toMatchObject({ ms: '1891 *', 'J/image': '9.38 *' });
    expect(tablesOf([summary]).map(({ title }) => title)).toContainEqual(
      expect.stringMatching(/^Energy on /),
    );
    expect(figuresOf(summary).rows).toContainEqual([
      'model',
      'isnet-fp16',
      '',
      'energy_joules',
      'value',
      9.375,
      1,
      expect.stringMatching(/^unsealed.*; nvml$/),
    ]);
  });

  it('has no mark where the times are sealed, and only then is held against others', () => {
    const contestOf = (summary: Summary): string | undefined =>
      energyTable(summary, '')?.rows[0]?.cells[1].contest;
    const sealed = runOf([EACH], { sealed: true });
    expect(rowsOf(answerTable(sealed))[0]?.['J/image']).toBe('9.38');
    expect([contestOf(sealed), contestOf(runOf([EACH]))]).toEqual(['', undefined]);
  });

  it('that no counter told is marked, explained, and held against nothing', () => {
    const sampled = { ...EACH, by: 'power-samples' } as EnergySummary;
    const summary = runOf([sampled], { sealed: true });
    const table = energyTable(summary, '');
    expect(table?.rows[0]?.cells[1]).toEqual({ text: '~9.38', value: 9.375 });
    for (const of of [table, answerTable(summary)])
      expect(of?.notes).toContainEqual(expect.stringMatching(/^~ no counter: the mean of the power/));
  });

  it('costs what the config says of a kilowatt-hour, beside what an hour of the device costs', () => {
    const price = { perHour: 0.9, perKWh: 0.4, currency: 'EUR' };
    const summary = runOf([EACH], { price });
    // 1,000 x 9.375 J are 2.604 Wh
    expect(rowsOf(answerTable(summary))[0]).toMatchObject({
      'EUR /1,000': '0.473',
      'EUR /1,000 energy': '0.00104',
    });
    expect(rowsOf(energyTable(summary, ''))[0]).toMatchObject({ 'EUR /1,000': '0.00104' });
    expect(answerTable(summary)?.notes).toEqual(
      expect.arrayContaining([
        'An hour of this device costs 0.9 EUR (from the config).',
        'A kilowatt-hour costs 0.4 EUR (from the config).',
      ]),
    );
    const alone = rowsOf(answerTable(runOf([EACH], { price: { perKWh: 0.4, currency: 'EUR' } })))[0];
    expect(Object.keys(alone ?? {})).not.toContain('EUR /1,000');
  });

  it('that is not known says why, once', () => {
    const unknown: EnergySummary = { kind: 'not known', reason: 'this system tells of no RAPL counter' };
    const none = runOf([unknown, unknown]);
    expect(energyTable(none, '')).toBeNull();
    expect(Object.keys(rowsOf(answerTable(none))[0] ?? {})).not.toContain('J/image');
    const notes = phaseTable(none, '')?.notes.filter((note) => note.includes('energy'));
    expect(notes).toEqual([
      expect.stringMatching(/^The energy.* is not known: this system tells of no RAPL counter\.$/),
    ]);
    const some = energyTable(runOf([EACH, unknown]), '');
    expect(rowsOf(some)[1]).toMatchObject({ 'J/image': '-', W: '-' });
    expect(some?.notes).toEqual([expect.stringMatching(/^The energy of birefnet-general-lite is not known/)]);
  });

  it('is in no report of a run of before', () => {
    const before = runOf([]);
    expect(energyTable(before, '')).toBeNull();
    expect(phaseTable(before, '')?.notes.join()).not.toMatch(/energy/);
  });
});
