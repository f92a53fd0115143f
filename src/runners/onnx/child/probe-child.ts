/**
 * The process that shows where a model runs: ONNX Runtime's log at its most talkative on stderr, which says at load where
 * the nodes are placed, and a profile of each run. Or that only shows whether a model runs, and fits its spec. Nothing is
 * timed here.
 */
import { toFailure } from '../../../core/failure.js';
import { decodeRgb } from '../../../image/codec.js';
import type { RgbImage } from '../../../image/raster.js';
import { openModel } from '../open-model.js';
import type { ProbeMessage, TryMessage } from './messages.js';
import { listen, send } from './parent.js';

listen((message) => {
  if (message.kind !== 'probe' && message.kind !== 'try') return;
  const done = message.kind === 'probe' ? probe(message) : tryOut(message);
  done.catch((error: unknown) => send({ kind: 'fatal', failure: toFailure(error) }));
});

async function probe({ load, image, runs, profilePrefix }: ProbeMessage): Promise<void> {
  const model = await openModel({ ...load, observe: { profilePrefix } });
  if (image !== null) {
    const fed = await model.feeding.prepare(await decodeRgb(image.path), image.prompt);
    for (let run = 0; run < runs; run++) await model.infer(fed);
  }
  model.endProfiling();
  send({ kind: 'probed' });
}

async function tryOut({ load }: TryMessage): Promise<void> {
  const model = await openModel(load);
  if (!model.isKnown) {
    const { width, height } = load.spec.input;
    const fed = await model.feeding.prepare(greyPicture(width, height), undefined);
    const { output } = await model.infer(fed);
    model.feeding.checkOutput(output, fed);
  }
  send({ kind: 'probed' });
}

function greyPicture(width: number, height: number): RgbImage {
  return { width, height, data: new Uint8Array(width * height * 3).fill(128) };
}
