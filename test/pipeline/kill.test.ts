import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences, generator, outcomeOf, runThroughKills } from '../../bench/support/kill-run.mjs';
import { slowGraph } from '../../bench/support/slow-model.mjs';
import { IS_BUILT, startCli, stopStarted } from '../support/cli.js';
import { mattesIn, worstByIou } from '../support/kept-mattes.js';
import { shortOrLong } from '../support/long.js';
import {
  CAN_LOOK_UP_PROCESSES,
  cpuSeconds,
  inferenceProcesses,
  isAlive,
  until,
} from '../support/processes.js';
import { writeGraph } from '../support/tiny-models.js';
import { makeWorkspace, type Workspace } from '../support/workspace.js';

const SEED = 20_250;
const SAMPLES = shortOrLong(8, 24);

const runnable = IS_BUILT && CAN_LOOK_UP_PROCESSES;

describe.skipIf(!runnable)('kill -9 (skipped unless dist/ is built and /proc is there)', () => {
  let workspace: Workspace;
  let expected: Readonly<Record<string, string>>;
  let duration: number;
  const argv = (out: string): string[] => ['run', 'run.yaml', '--no-time', '--out', out];

  beforeAll(async () => {
    workspace = await makeWorkspace({ models: ['slow', 'nan-when-dark'], samples: SAMPLES });
    // Some cells fail, so the undisturbed run ends with 3; only its outcome counts.
    const start = performance.now();
    expect((await startCli(argv('undisturbed'), workspace.folder).result).status).toBe(3);
    duration = performance.now() - start;
    expected = await outcomeOf(workspace.path('undisturbed'));
    expect(expected['mattes, once each']?.split('\n').length).toBeGreaterThan(SAMPLES);
  });
  afterAll(async () => {
    await stopStarted();
    await workspace.remove();
  });

  it('of the run and of its inference process changes no cell and loses none', async () => {
    const random = generator(SEED);
    const victims = shortOrLong<readonly ('child' | 'parent')[]>(
      ['child', 'parent'],
      ['child', 'parent', 'parent', 'child'],
    );
    const kills = victims.map((victim) => ({ victim, afterMs: (0.1 + 0.4 * random()) * duration }));
    const { story, orphanMs, status, stderr } = await runThroughKills(
      { cwd: workspace.folder, argv: argv('killed') },
      kills,
    );
    const told = [`seed ${SEED}`, ...story, stderr].join('\n');
    expect(status, told).toBe(3);
    expect(differences(expected, await outcomeOf(workspace.path('killed'))), told).toEqual([]);
    expect(orphanMs, told).toBeLessThan(5000);
  }, 300_000);

  it.each(['none', 'worst:2'])(
    'is as harmless where mattes are not all kept (%s)',
    async (kept) => {
      const random = generator(SEED + kept.length);
      const kills = Array.from({ length: shortOrLong(2, 5) }, () => ({
        victim: 'parent' as const,
        once: /predict slow/,
        afterMs: 0.6 * random() * duration,
      }));
      const out = `killed-${kept}`;
      const { story, status, stderr } = await runThroughKills(
        { cwd: workspace.folder, argv: [...argv(out), '--mattes', kept] },
        kills,
      );
      const told = [`seed ${SEED}`, ...story, stderr].join('\n');
      expect(status, told).toBe(3);
      // No cell was predicted twice: each has one line.
      expect(differences(expected, await outcomeOf(workspace.path(out))), told).toEqual([]);
      const worst = kept === 'none' ? [] : await worstByIou(workspace.path('undisturbed'), 2);
      expect(mattesIn(workspace.path(out)), told).toEqual(worst);
    },
    300_000,
  );

  it('leaves no inference process behind, even one that computes for a long time', async () => {
    await writeGraph(workspace.folder, 'long', slowGraph(3000, 64), 64);
    const text = await readFile(workspace.config, 'utf8');
    await writeFile(workspace.path('long-run.yaml'), text.replace(/^models: .*$/m, 'models: [./long.yaml]'));
    const running = startCli(['run', 'long-run.yaml', '--no-time', '--out', 'long'], workspace.folder);
    await until('an inference process is there', () => inferenceProcesses(running.pid).length > 0);
    const [child = -1] = inferenceProcesses(running.pid);
    await until('it computes', () => cpuSeconds(child) > 1.5);
    running.process.kill('SIGKILL');
    await running.result;
    await until('the orphan is gone', () => !isAlive(child), 5000);
  });
});
