/**
 * The process that shows what a model computes on the way: for each image the tensor that it was fed, the raw output
 * and the matte, each in a file, so that two models can be compared with each other stage by stage.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toFailure } from '../../../core/failure.js';
import { decodeRgb } from '../../../image/codec.js';
import { encodeMattePng } from '../../../image/encode-matte.js';
import { toFloats } from '../../../models/pixels/to-floats.js';
import { openModel, type OpenModel } from '../open-model.js';
import type { StageMessage } from './messages.js';
import { listen, send } from './parent.js';

let model: Promise<OpenModel> | undefined;

listen((message) => {
  if (message.kind === 'load') {
    model = openModel(message);
    // Told with the first image: every one of them fails by it.
    model.catch(() => undefined);
  }
  if (message.kind === 'stages') {
    stages(message).catch((error: unknown) =>
      send({ kind: 'failed', jobId: message.jobId, failure: toFailure(error) }),
    );
  }
});

async function stages({ jobId, imagePath, prompt, fedAs, folder, withMatte }: StageMessage): Promise<void> {
  const loaded = await model;
  if (loaded === undefined) throw new Error('stages were asked for before load');
  const { feeding, infer } = fedAs === undefined ? loaded : loaded.fedAs(fedAs);
  const image = await decodeRgb(imagePath);
  const fed = await feeding.prepare(image, prompt);
  const { tensor } = fed;
  await writeFile(join(folder, 'input.bin'), bytesOf(tensor.data));
  const output = toFloats((await infer(fed)).output);
  await writeFile(join(folder, 'output.bin'), bytesOf(output.data));
  if (withMatte) {
    const matte = await feeding.read(output, image.width, image.height);
    await writeFile(join(folder, 'matte.png'), await encodeMattePng(matte));
  }
  send({
    kind: 'staged',
    jobId,
    input: { type: tensor.type, dims: tensor.dims },
    output: { dims: output.dims },
  });
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
