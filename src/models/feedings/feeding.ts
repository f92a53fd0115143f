import type { GrayImage, RgbImage } from '../../image/raster.js';
import type { ImagePrompt } from '../spec/prompts.js';
import type { DecoderPrompt } from '../pixels/sam.js';
import type { Doubt, ReadOutput, ValueRange } from '../pixels/raw-values.js';
import type { InputType, OutputTensor, RawTensor, Tensor } from '../pixels/tensor.js';

/** What goes in and out of a network, as its file or whatever runs it says. */
export interface NetworkEnds {
  /** For messages. */
  readonly path: string;
  readonly inputs: readonly NetworkValue[];
  /** In the graph's order. */
  readonly outputs: readonly NetworkValue[];
}

/** A loaded network as a feeding sees it, whatever runs it. */
export interface Network extends NetworkEnds {
  /** Computes the outputs that are wanted. Blocks its thread meanwhile. */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    wanted: readonly string[],
  ): Promise<Readonly<Record<string, RawTensor>>>;
}

export interface NetworkValue {
  readonly name: string;
  /** Of its elements; undefined where nobody says. */
  readonly type: InputType | (string & {}) | undefined;
  /** Names and numbers below 1 are dynamic; empty where nobody says even the rank. */
  readonly shape: readonly (number | string)[];
}

/** What becomes of an image before inference. Plain data: it crosses from the worker thread to the session's. */
export interface Fed {
  readonly tensor: Tensor;
  /** For SAM's decoder; empty elsewhere. */
  readonly prompts: readonly DecoderPrompt[];
}

/** The raw output that the matte is read from (`toFloats`). Where two networks take part, how long each of them took. */
export interface Inferred {
  readonly output: RawTensor;
  readonly parts?: { readonly encoderMs: number; readonly decoderMs: number };
}

/**
 * The way of one kind of model from pixels to a matte. `prepare` and `read` run in a worker thread, what `connect`
 * returns in the thread of the sessions.
 */
export interface Feeding {
  /** The networks that it needs, by their role in the spec's files. */
  readonly roles: readonly string[];
  prepare(image: RgbImage, prompt: ImagePrompt | undefined): Promise<Fed>;
  /**
   * Checks networks against the spec, as far as they say what goes in and out of them.
   *
   * @returns whether they say all that matters; else one output has to be seen (`checkOutput`).
   * @throws MaskbenchError `model.signature`.
   */
  checkEnds(networks: Readonly<Record<string, NetworkEnds>>): boolean;
  /**
   * Checks an output of what was fed against the spec, as `checkEnds` does where it can.
   *
   * @throws MaskbenchError `model.signature`.
   */
  checkOutput(output: Pick<RawTensor, 'dims'>, fed: Fed): void;
  /** How an image becomes an output of these networks, which are known to fit. */
  connect(networks: Readonly<Record<string, Network>>): (fed: Fed) => Promise<Inferred>;
  /** @throws MaskbenchError `model.output` where the output is not a matte. */
  read(output: OutputTensor, width: number, height: number): Promise<GrayImage>;
  /** The extremes of the raw values that a matte is read from; absent where their size says nothing. */
  rawRange?(output: OutputTensor, width: number, height: number): ValueRange | undefined;
  /** What these, of all images of a run together, give away of a wrong spec. */
  doubts?(outputs: readonly ReadOutput[]): readonly Doubt[];
}
