import { writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MaskbenchError, exitStatusOf } from '../../src/core/errors.js';
import type { RunEvent } from '../../src/schema/events.js';
import type { PredictionRecord } from '../../src/store/records.js';
import type { TimingRecord } from '../../src/store/timing-record.js';
import { IS_BUILT } from '../support/cli.js';
import { canPlayCard, playCard, type PlayedCard } from '../support/played-card.js';
import { setEnvironment } from '../support/software-gpu.js';
import {
  configText,
  execute,
  type ExecuteOptions,
  makeWorkspace,
  readRecords,
  type Workspace,
} from '../support/workspace.js';

/** As in test/fixtures/gpu/failures.yaml. */
const says = (words: string): string =>
  `CUDA failure ${words} ; GPU=0 ; hostname=h ; expr=cudaSetDevice(info_.device_id);`;
const BUSY = says('46: CUDA-capable device(s) is/are busy or unavailable');
const LOST = says('999: unknown error');
const NO_CARD = says('100: no CUDA-capable device is detected');
const ILLEGAL = says('700: an illegal memory access was encountered');
const FULL = says('2: out of memory');

const canPlay = IS_BUILT && (await canPlayCard());

describe.skipIf(!canPlay)(
  'a run on a card that fails (skipped unless dist/ is built, on Linux x64 with a C compiler)',
  () => {
    let workspace: Workspace;
    let card: PlayedCard;
    let back: () => void;
    const SAMPLES = 8;

    beforeAll(async () => {
      workspace = await makeWorkspace({ models: ['luma', 'inverse'], samples: SAMPLES });
      card = await playCard(workspace.path('engine'));
      await card.script([]);
      back = setEnvironment(card.env);
    });
    afterAll(async () => {
      back();
      await workspace.remove();
    });

    let runs = 0;
    let out = '';
    const told: RunEvent[] = [];
    afterEach(() => void told.splice(0));

    const attempt = async (processes: number, options: ExecuteOptions = {}): Promise<unknown> => {
      if (options.resume !== true) out = workspace.path(`out-${++runs}`);
      const extra = [
        'device: cuda:0',
        'allowFallback: true',
        `accuracy: { processes: ${processes}, threads: 1 }`,
        'time: { profile: quick, images: 2, rounds: 1, threads: 1, together: 2 }',
      ];
      await writeFile(workspace.config, configText(['luma', 'inverse'], ['tiny'], extra.join('\n')));
      const emit = (event: RunEvent): void => void told.push(event);
      return execute(workspace, { emit, out, ...options }).then(
        () => undefined,
        (error: unknown) => error,
      );
    };
    const warnings = (): readonly string[] =>
      told.flatMap((event) => (event.kind === 'warning' ? [event.message] : []));
    const states = async (): Promise<readonly string[]> =>
      (await readRecords<PredictionRecord>(`${out}/predictions.jsonl`)).map((record) =>
        record.status === 'done' ? 'done' : record.failure.code,
      );
    const doneOf = async (): Promise<number> => (await states()).filter((state) => state === 'done').length;

    it('ends with 69 when it is lost in the middle, records no cell as failed, and is continued with --resume', async () => {
      // One inference each is the proof of a model.
      await card.script([
        { at: 'run', nth: 5, times: 1000, says: LOST },
        { at: 'create', nth: 3, times: 1000, says: NO_CARD },
      ]);
      const error = await attempt(1);
      expect(error).toBeInstanceOf(MaskbenchError);
      expect(exitStatusOf(error)).toBe(69);
      expect(await states()).toEqual(Array.from({ length: 3 }, () => 'done'));
      await card.script([]);
      expect(await attempt(1, { resume: true })).toBeUndefined();
      expect(await states()).toEqual(Array.from({ length: 2 * SAMPLES }, () => 'done'));
    });

    it('starts a fresh process where one is spoilt, and does every cell', async () => {
      await card.script([{ at: 'run', nth: 4, times: 1, says: ILLEGAL }]);
      expect(await attempt(1)).toBeUndefined();
      expect(await doneOf()).toBe(2 * SAMPLES);
      // Two proofs, two models, and one in place of the spoilt one.
      expect(await card.sessions()).toBe(5);
    });

    it('fails the cell whose memory does not suffice, and no other', async () => {
      await card.script([{ at: 'run', nth: 4, times: 1, says: FULL }]);
      expect(await attempt(1)).toBeUndefined();
      expect([...(await states())].sort()).toEqual([
        ...Array.from({ length: 2 * SAMPLES - 1 }, () => 'done'),
        'runner.out-of-memory',
      ]);
    });

    it('works with one process where it takes one, though three are asked for, and says so', async () => {
      await card.script([], BUSY);
      expect(await attempt(3)).toBeUndefined();
      expect(await doneOf()).toBe(2 * SAMPLES);
      expect(warnings()).toContainEqual(
        expect.stringMatching(/^cuda:0 takes fewer processes at a time than asked for/),
      );
    });

    it('times models one after another where it takes one process, though they were to take turns', async () => {
      await card.script([], BUSY);
      expect(await attempt(1, { phases: { predict: false, score: false, time: true } })).toBeUndefined();
      expect(warnings()).toContainEqual(expect.stringMatching(/^cuda:0 takes one process at a time/));
      const models = (await readRecords<TimingRecord>(`${out}/timings.jsonl`)).filter(
        ({ kind }) => kind === 'model',
      );
      expect(models).toHaveLength(2);
    });

    it('ends with 75 where somebody else holds it: nothing failed, and later it goes on', async () => {
      await card.script([], BUSY);
      await writeFile(workspace.path('engine', 'holder'), String(process.pid));
      const error = await attempt(2);
      expect(error).toMatchObject({ code: 'device.busy' });
      expect(exitStatusOf(error)).toBe(75);
      expect(await states()).toEqual([]);
      await card.script([]);
      expect(await attempt(2, { resume: true })).toBeUndefined();
      expect(await doneOf()).toBe(2 * SAMPLES);
    });
  },
);
