import type { GraphDescription } from '../../scripts/support/onnx-encode.mjs';

/** The mean over the channels after `layers` convolutions that cost time and change next to nothing. */
export declare function slowGraph(layers: number, channels?: number, side?: number): GraphDescription;
