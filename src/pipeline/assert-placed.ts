import type { LoadMessage } from '../runners/onnx/child/messages.js';
import { isProven, proveProvider } from '../runners/onnx/proof/prove-provider.js';
import type { EventSink } from '../schema/events.js';

export interface PlacedRequest {
  readonly model: string;
  readonly load: LoadMessage;
  readonly allowFallback: boolean;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

/**
 * Before a model predicts on a device that is no CPU: looks where its nodes will run, and tells of what will not run
 * there. A session on the CPU has no other provider.
 *
 * @throws MaskbenchError `device.unavailable` if none runs there and that is not allowed.
 */
export async function assertPlaced({
  model,
  load,
  allowFallback,
  emit,
  signal,
}: PlacedRequest): Promise<void> {
  if (load.device.provider === 'cpu') return;
  const proof = await proveProvider({ load, image: null, allowFallback, signal });
  const elsewhere = Object.entries(proof.nodes).filter(([provider]) => provider !== proof.provider);
  if (elsewhere.length === 0 && isProven(proof)) return;
  const nodes = elsewhere.map(([provider, count]) => `${count} nodes on ${provider}`).join(', ');
  emit({
    kind: 'warning',
    message: `${model}: ONNX Runtime puts ${nodes || 'its nodes nowhere that it tells of'}`,
  });
}
