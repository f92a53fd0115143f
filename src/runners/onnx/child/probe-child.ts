/**
 * The process that shows where a model runs: ONNX Runtime's log at its most talkative on stderr, which says at load where
 * the nodes are placed, and a profile of each run. Nothing is timed here.
 */
import { toFailure } from '../../../core/failure.js';
import { decodeRgb } from '../../../image/codec.js';
import { openModel } from '../open-model.js';
import type { FromChild, ProbeMessage, ToChild } from './messages.js';

process.on('message', (message: ToChild) => {
  if (message.kind !== 'probe') return;
  probe(message).catch((error: unknown) => send({ kind: 'fatal', failure: toFailure(error) }));
});
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));

async function probe({ load, image, runs, profilePrefix }: ProbeMessage): Promise<void> {
  const model = await openModel({ ...load, observe: { profilePrefix } });
  if (image !== null) {
    const fed = await model.feeding.prepare(await decodeRgb(image.path), image.prompt);
    for (let run = 0; run < runs; run++) await model.infer(fed);
  }
  model.endProfiling();
  send({ kind: 'probed' });
}

function send(message: FromChild): void {
  process.send?.(message);
}
