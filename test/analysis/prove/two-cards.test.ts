import { afterEach, describe, expect, it } from 'vitest';
import { IS_BUILT } from '../../support/cli.js';
import { simulateNvidiaHost } from '../../support/nvidia-host.js';
import { shortOrLong } from '../../support/long.js';
import { canPlayCard, playCard } from '../../support/played-card.js';
import { setEnvironment } from '../../support/software-gpu.js';
import { useTempFolders } from '../../support/temp-folder.js';
import { linesOf, proveTiny } from '../../support/tiny-proof.js';

const tempFolder = useTempFolders();
const canPlay = IS_BUILT && (await canPlayCard());
const SHOWN = ['placement', 'run', 'two-cards', 'all-cards'];

let back = (): void => undefined;
afterEach(() => back());

/** A proof of the first of two T4s that are played by the processor; what else the second one does is up to the test. */
async function proveFirstOfTwo(second: 'computes' | 'computes otherwise' | 'is lost') {
  const folder = await tempFolder();
  const cards = await playCard(`${folder}/engine`);
  const gone = { at: 'run' as const, index: 1, nth: 1, times: 1e6, says: LOST };
  await cards.script(
    second === 'is lost' ? [gone] : [],
    undefined,
    second === 'computes otherwise' ? { index: 1, offBy: 3 / 255 } : undefined,
  );
  const host = await simulateNvidiaHost(`${folder}/host`, 'nvidia-470-t4.csv');
  back = setEnvironment({ ...host, ...cards.env });
  return linesOf(await proveTiny(folder, { device: 'cuda:0', checks: SHOWN }));
}

/** As in test/fixtures/gpu/failures.yaml. */
const LOST = 'CUDA failure 999: unknown error ; GPU=1 ; hostname=h ; expr=cudaStreamSynchronize(stream);';

describe.skipIf(!canPlay)(
  'the second of two cards (skipped unless dist/ is built, on Linux x64 with a C compiler)',
  () => {
    it('that computes the same passes, and both take part in one run', { timeout: 300_000 }, async () => {
      const lines = await proveFirstOfTwo('computes');
      expect(lines).toMatchObject({
        placement: ['pass', expect.stringContaining('CUDAExecutionProvider')],
        run: ['pass', '2 of 2 cells scored'],
        'two-cards': [
          'not known',
          expect.stringMatching(/^cuda:1 \(Tesla T4\): all 2 mattes equal; the memory/),
        ],
        'all-cards': [
          'pass',
          expect.stringMatching(/^cuda:all \(\d+ on cuda:0, \d+ on cuda:1\): all 32 mattes equal$/),
        ],
      });
    });

    it('that computes otherwise is caught by itself and among all', { timeout: 300_000 }, async () => {
      const lines = await proveFirstOfTwo('computes otherwise');
      expect(lines).toMatchObject({
        run: ['pass', expect.any(String)],
        'two-cards': [
          'fail',
          expect.stringMatching(/^cuda:1 .*: 0 of 2 mattes equal, the others [23]\.\d+ levels off/),
        ],
        'all-cards': [
          'fail',
          expect.stringMatching(/ on cuda:1\): \d+ of 32 mattes equal, the others [23]\.\d+/),
        ],
      });
    });

    // A third as long again as the others: the check's own tests have it in short.
    it.skipIf(shortOrLong(true, false))(
      'that is lost is told, and not hidden by the first (in the long form alone)',
      { timeout: 300_000 },
      async () => {
        const lines = await proveFirstOfTwo('is lost');
        expect(lines).toMatchObject({
          run: ['pass', expect.any(String)],
          'two-cards': ['fail', expect.any(String)],
          'all-cards': ['fail', expect.stringMatching(/the others go on without cuda:1: /)],
        });
      },
    );
  },
);
