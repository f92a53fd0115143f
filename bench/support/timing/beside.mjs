import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startChild } from '../../../dist/runners/onnx/child-process.js';

/**
 * glibc maps and unmaps every output of some 100 KB anew until a process has freed something larger: a bare loop can then
 * pay for pages that a process which has held pictures does not. Here neither does.
 */
const SAME_ALLOCATOR = { MALLOC_MMAP_THRESHOLD_: '33554432', MALLOC_TRIM_THRESHOLD_: '1073741824' };

/**
 * A bare loop of session.run that takes turns with the process of a timing pass: as many inferences as the pass is told to
 * make, before every such order or after its answer. The pass itself is as it always is; `start` only holds its messages
 * back meanwhile.
 */
export async function startBeside({ load, image, bareFirst }) {
  Object.assign(process.env, SAME_ALLOCATOR); // for both children
  const script = join(import.meta.dirname, 'bare-process.mjs');
  const bare = fork(script, [JSON.stringify({ load, image })], { execArgv: [] });
  await once(bare, 'message');
  const [aloneMs, blockMs] = [[], []];
  let recording = false;
  const takeTurn = async ({ order, alone = 0 }) => {
    bare.send(alone > 0 ? alone : order.length);
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
    start(entry, onMessage, onStderr) {
      let asked;
      const child = startChild(
        entry,
        async (message) => {
          if (message.kind === 'measured' && !bareFirst) await takeTurn(asked);
          onMessage(message);
        },
        onStderr,
      );
      return {
        ...child,
        async send(message) {
          if (message.kind === 'measure') {
            asked = message;
            if (bareFirst) await takeTurn(message);
          }
          child.send(message);
        },
      };
    },
  };
}
