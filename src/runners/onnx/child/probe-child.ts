/**
 * The process that shows where a model runs: ONNX Runtime's log at its most talkative on stderr, which says at load where
 * the nodes are placed, and a profile of each run. Or that only shows whether a model runs, and fits its spec. Nothing is
 * timed here, and something is always computed: cuDNN, for one, is opened by the first convolution only.
 */
import { MaskbenchError } from '../../../core/errors.js';
import { toFailure } from '../../../core/failure.js';
import { decodeRgb } from '../../../image/codec.js';
import type { RgbImage } from '../../../image/raster.js';
import type { Fed, Inferred } from '../../../models/feedings/feeding.js';
import { openModel, type OpenModel } from '../open-model.js';
import type { LoadMessage, ProbeMessage, TryMessage } from './messages.js';
import { listen, send } from './parent.js';

listen((message) => {
  if (message.kind !== 'probe' && message.kind !== 'try') return;
  const done = message.kind === 'probe' ? probe(message) : tryOut(message);
  done.catch((error: unknown) => send({ kind: 'fatal', failure: toFailure(error) }));
});

async function probe({ load, image, runs, profilePrefix }: ProbeMessage): Promise<void> {
  const model = await openModel({ ...load, observe: { profilePrefix } });
  const fed =
    image === null
      ? await feedGrey(model, load)
      : await model.feeding.prepare(await decodeRgb(image.path), image.prompt);
  for (let run = 0; run < runs; run++) await inferOnce(model, fed);
  model.endProfiling();
  send({ kind: 'probed' });
}

async function tryOut({ load }: TryMessage): Promise<void> {
  const model = await openModel(load);
  if (!model.isKnown) {
    const fed = await feedGrey(model, load);
    const { output } = await inferOnce(model, fed);
    model.feeding.checkOutput(output, fed);
  }
  send({ kind: 'probed' });
}

/** @throws MaskbenchError `model.load` for what only the first inference shows. */
async function inferOnce({ infer }: OpenModel, fed: Fed): Promise<Inferred> {
  try {
    return await infer(fed);
  } catch (cause) {
    if (cause instanceof MaskbenchError) throw cause;
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).trim().split('\n');
    throw new MaskbenchError(
      'model.load',
      `ONNX Runtime loads this model and does not compute it: ${reason}`,
      {
        cause,
      },
    );
  }
}

/** A grey picture of the size that the spec feeds: whatever dimension the network leaves open is then as in a run. */
function feedGrey({ feeding }: OpenModel, { spec }: LoadMessage): Promise<Fed> {
  const { width, height } = spec.input;
  return feeding.prepare(greyPicture(width, height), undefined);
}

function greyPicture(width: number, height: number): RgbImage {
  return { width, height, data: new Uint8Array(width * height * 3).fill(128) };
}
