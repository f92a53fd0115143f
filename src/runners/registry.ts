import { commandRunner } from './command/runner.js';
import { masksRunner } from './masks/runner.js';
import { onnxRunner } from './onnx/runner.js';
import type { Runner } from './runner.js';

/** Whatever makes a matte. */
export const RUNNERS: readonly Runner[] = [onnxRunner, masksRunner, commandRunner];
