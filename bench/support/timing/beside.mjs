import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startChild } from '../../../dist/runners/onnx/child-process.js';

/** @import { FromChild, LoadMessage, MeasureMessage, TimedImage, ToChild } from '../../../dist/runners/onnx/child/messages.js' */

/**
 * glibc maps and unmaps every output of some 100 KB anew until a process has freed something larger: a bare loop can then
 * pay for pages that a process which has held pictures does not. Here neither does.
 */
const SAME_ALLOCATOR = { MALLOC_MMAP_THRESHOLD_: '33554432', MALLOC_TRIM_THRESHOLD_: '1073741824' };

/**
 * A bare loop of session.run that takes turns with the process of a timing pass: as many inferences as the pass is told to
 * make, before every such order or after its answer. The pass itself is as it always is; `start` only holds its messages
 * back meanwhile.
 *
 * @param {{ load: LoadMessage, image: TimedImage, bareFirst: boolean }} request
 */
export async function startBeside({ load, image, bareFirst }) {
  Object.assign(process.env, SAME_ALLOCATOR); // for both children
  const script = join(import.meta.dirname, 'bare-process.mjs');
  const bare = fork(script, [JSON.stringify({ load, image })], { execArgv: [] });
  await once(bare, 'message');
  /** @type {number[]} */
  const aloneMs = [];
  /** @type {number[]} */
  const blockMs = [];
  let recording = false;
  const takeTurn = async (/** @type {MeasureMessage} */ { order, alone = 0 }) => {
    bare.send(alone > 0 ? alone : order.length);
    /** @type {number[][]} */
    const [times] = await once(bare, 'message');
    if (!recording) return;
    // As the pass does: the first half warms everything up.
    if (alone > 0) aloneMs.push(...times.slice(alone / 2));
    else blockMs.push(...times);
  };
  return {
    aloneMs,
    blockMs,
    record: () => void (recording = true),
    stop: () => bare.disconnect(),
    /** @type {typeof startChild} */
    start(entry, onMessage, onStderr) {
      /** @type {MeasureMessage | undefined} */
      let asked;
      const passOn = async (/** @type {FromChild} */ message) => {
        if (message.kind === 'measured' && asked !== undefined && !bareFirst) await takeTurn(asked);
        onMessage(message);
      };
      const child = startChild(entry, (message) => void passOn(message), onStderr);
      const send = async (/** @type {ToChild} */ message) => {
        if (message.kind === 'measure') {
          asked = message;
          if (bareFirst) await takeTurn(message);
        }
        child.send(message);
      };
      return {
        ...child,
        send: (message) => void send(message),
      };
    },
  };
}
