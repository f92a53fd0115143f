import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { toError } from '../../core/failure.js';
import { decodeMatte } from '../../image/codec.js';
import type { GrayImage } from '../../image/raster.js';
import { floatsOfHalves } from '../../models/pixels/float16.js';
import type { ImagePrompt } from '../../models/spec/prompts.js';
import type { NetworkSpec } from '../../models/spec/spec.js';
import type { InputType, OutputTensor } from '../../models/pixels/tensor.js';
import type { FromChild, LoadMessage, StagedMessage } from './child/messages.js';
import { startChild } from './child-process.js';

/** What a model made of an image, stage by stage; the input as numbers, whatever type the network is fed. */
interface Stages {
  readonly input: OutputTensor;
  readonly output: OutputTensor;
  readonly matte: GrayImage;
}

/** A process that computes stages; one image at a time. */
export interface StageRunner {
  /** @throws MaskbenchError why this image has no stages, or why the process cannot go on. */
  stagesOf(imagePath: string, prompt: ImagePrompt | undefined): Promise<Stages>;
  /** The raw output alone, also where it is not a matte; `fedAs` in place of the model's own spec. */
  outputOf(imagePath: string, prompt: ImagePrompt | undefined, fedAs?: NetworkSpec): Promise<OutputTensor>;
  stop(): Promise<void>;
}

type FailedMessage = Extract<FromChild, { kind: 'failed' }>;

/** @param folder where the process writes the stages of the current image; its own. */
export function startStageRunner(load: LoadMessage, folder: string): StageRunner {
  const waiting = new Map<number, (message: StagedMessage | FailedMessage) => void>();
  const child = startChild('stage-child', (message) => {
    if (message.kind === 'staged' || message.kind === 'failed') waiting.get(message.jobId)?.(message);
  });
  const died = child.exit.then((exit): never => {
    throw exit.kind === 'crashed'
      ? toError(exit.failure)
      : new MaskbenchError('runner.crashed', 'the inference process ended');
  });
  died.catch(() => undefined);
  child.send(load);
  let nextId = 0;
  const ask = async (
    imagePath: string,
    prompt: ImagePrompt | undefined,
    { withMatte, fedAs }: { readonly withMatte: boolean; readonly fedAs?: NetworkSpec | undefined },
  ): Promise<StagedMessage> => {
    const jobId = nextId++;
    const answer = new Promise<StagedMessage | FailedMessage>((resolve) => waiting.set(jobId, resolve));
    child.send({ kind: 'stages', jobId, imagePath, prompt, fedAs, folder, withMatte });
    const message = await Promise.race([answer, died]);
    waiting.delete(jobId);
    if (message.kind === 'failed') throw toError(message.failure);
    return message;
  };
  return {
    async stagesOf(imagePath, prompt) {
      const { input, output } = await ask(imagePath, prompt, { withMatte: true });
      return {
        input: { dims: input.dims, data: await readNumbers(join(folder, 'input.bin'), input.type) },
        output: { dims: output.dims, data: await readNumbers(join(folder, 'output.bin'), 'float32') },
        matte: await decodeMatte(join(folder, 'matte.png')),
      };
    },
    async outputOf(imagePath, prompt, fedAs) {
      const { output } = await ask(imagePath, prompt, { withMatte: false, fedAs });
      return { dims: output.dims, data: await readNumbers(join(folder, 'output.bin'), 'float32') };
    },
    async stop() {
      child.stop();
      await child.exit;
    },
  };
}

async function readNumbers(path: string, type: InputType): Promise<Float32Array> {
  // A Buffer may start anywhere in its memory; typed arrays must not.
  const own = Uint8Array.from(await readFile(path)).buffer;
  switch (type) {
    case 'float32':
      return new Float32Array(own);
    case 'float16':
      return floatsOfHalves(new Uint16Array(own));
    case 'uint8':
      return Float32Array.from(new Uint8Array(own));
  }
}
