import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countDuring, type EnergyStretch } from '../../../../src/runners/onnx/energy/counter.js';
import { findRapl } from '../../../../src/runners/onnx/energy/rapl.js';
import { watchDevice } from '../../../../src/runners/onnx/seal/device-watch.js';
import { useTempFolders } from '../../../support/temp-folder.js';

const tempFolder = useTempFolders();

/** As Linux lays it out on two sockets; values in microjoules. */
const TWO_SOCKETS = {
  'intel-rapl:0': { name: 'package-0', energy_uj: '1000000', max_energy_range_uj: '262143328850' },
  'intel-rapl:0:0': { name: 'core', energy_uj: '900000', max_energy_range_uj: '262143328850' },
  'intel-rapl:0:1': { name: 'dram', energy_uj: '65711000000', max_energy_range_uj: '65712999613' },
  'intel-rapl:1': { name: 'package-1', energy_uj: '262143000000', max_energy_range_uj: '262143328850' },
  'intel-rapl:2': { name: 'psys', energy_uj: '5', max_energy_range_uj: '262143328850' },
  'intel-rapl-mmio:0': { name: 'package-0', energy_uj: '1000000', max_energy_range_uj: '262143328850' },
};
type Zones = Readonly<Record<string, Readonly<Record<string, string>>>>;

async function machine(
  zones: Zones,
): Promise<{ proc: string; sys: string; zone(...path: string[]): string }> {
  const sys = await tempFolder();
  const zone = (...path: string[]): string => join(sys, 'class/powercap', ...path);
  for (const [name, files] of Object.entries(zones)) {
    await mkdir(zone(name), { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(zone(name, file), `${text}\n`);
  }
  return { proc: '/proc', sys, zone };
}

describe('the counters of processors', () => {
  it('are those of packages and their memory, each once, and begin anew at their own ranges', async () => {
    const { zone, ...files } = await machine(TWO_SOCKETS);
    const found = findRapl(files);
    expect(found).toMatchObject({
      kind: 'counter',
      counter: { by: 'rapl', of: '2 packages of processors and their memory' },
    });
    const stretches: EnergyStretch[] = [];
    await countDuring(found, stretches, async () => {
      await writeFile(zone('intel-rapl:0', 'energy_uj'), '3500000\n'); // 2.5 J
      await writeFile(zone('intel-rapl:0:0', 'energy_uj'), '9000000\n'); // a part of it
      await writeFile(zone('intel-rapl:0:1', 'energy_uj'), '1000387\n'); // 3 J, over its end
      await writeFile(zone('intel-rapl:1', 'energy_uj'), '671150\n'); // 1 J, over its end
      await writeFile(zone('intel-rapl:2', 'energy_uj'), '900000000\n'); // of the whole platform
    });
    const [{ grown }] = stretches;
    expect(grown).toEqual({ kind: 'joules', joules: expect.closeTo(2.5 + 3 + 1, 5) });
  });

  it('give the energy of a model with the device that is the processor', async () => {
    const { zone, ...files } = await machine({ 'intel-rapl:0': TWO_SOCKETS['intel-rapl:0'] });
    const watch = await watchDevice({ provider: 'cpu', index: 0 }, undefined, undefined, files);
    const spend = async (microjoules: string, ms: number): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      await writeFile(zone('intel-rapl:0', 'energy_uj'), microjoules);
    };
    await watch.whileIdle(() => spend('1200000', 20));
    const turns: EnergyStretch[] = [];
    for (const end of ['5200000', '9200000']) await countDuring(watch.energy, turns, () => spend(end, 20));
    const energy = watch.round().energy(turns);
    expect(energy).toMatchObject({
      kind: 'measured',
      by: 'rapl',
      of: '1 package of processors',
      joules: expect.closeTo(8, 6),
    });
    expect(energy).toMatchObject({
      idleW: expect.toSatisfy((watts: number) => watts > 0 && watts <= 0.2 / 0.015),
    });
    watch.stop();
  });

  it('are not known where the system has none, with what it has', async () => {
    for (const zones of [{}, { 'intel-rapl:0': TWO_SOCKETS['intel-rapl:2'] }] as Zones[]) {
      const { zone: _, ...files } = await machine(zones);
      expect(findRapl(files)).toEqual({ kind: 'none', reason: 'this system tells of no RAPL counter' });
    }
  });

  it('are not known without their figure, by name', async () => {
    const { zone, ...files } = await machine(TWO_SOCKETS);
    await writeFile(zone('intel-rapl:1', 'energy_uj'), 'n/a\n');
    expect(findRapl(files)).toMatchObject({
      kind: 'none',
      reason: expect.stringMatching(/intel-rapl:1\/energy_uj holds no figure/),
    });
    await rm(zone('intel-rapl:1', 'energy_uj'));
    expect(findRapl(files)).toMatchObject({
      kind: 'none',
      reason: expect.stringMatching(/intel-rapl:1\/energy_uj is gone/),
    });
  });

  it('are lost where one goes away meanwhile, or falls without a range', async () => {
    const { zone, ...files } = await machine(TWO_SOCKETS);
    const [stretches, found] = [[] as EnergyStretch[], findRapl(files)];
    await countDuring(found, stretches, () => rm(zone('intel-rapl:0:1', 'energy_uj')));
    const { 'intel-rapl:0': whole } = TWO_SOCKETS;
    const other = await machine({ 'intel-rapl:0': { name: whole.name, energy_uj: whole.energy_uj } });
    const unbounded = findRapl({ proc: other.proc, sys: other.sys });
    await countDuring(unbounded, stretches, () => writeFile(other.zone('intel-rapl:0', 'energy_uj'), '1'));
    expect(stretches.map(({ grown }) => grown)).toMatchObject([
      { kind: 'lost', reason: expect.stringMatching(/intel-rapl:0:1\/energy_uj is gone/) },
      { kind: 'lost', reason: expect.stringMatching(/went backwards/) },
    ]);
  });

  it('are not known where they may not be read', async () => {
    const { zone, ...files } = await machine(TWO_SOCKETS);
    await rm(zone('intel-rapl:0', 'energy_uj'));
    // stands for a file of root's, which a test that is root could read
    await mkdir(zone('intel-rapl:0', 'energy_uj'));
    expect(findRapl(files)).toMatchObject({
      kind: 'none',
      reason: expect.stringMatching(/may be read by root alone: sudo chmod a\+r/),
    });
  });
});
