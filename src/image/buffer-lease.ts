/**
 * Large arrays used again from one image to the next. The memory of a fresh one costs more than most work on it: the
 * system hands it out page by page. Between {@link leaseBuffers} and what that returns, arrays that are borrowed are
 * remembered; from then on they are given to others. Outside of a lease, borrowing makes a fresh array.
 */
const idle: ArrayBuffer[] = [];
let lent: ArrayBuffer[] = [];
let open = 0;
let shared = false;

/**
 * Begins a lease. Call what it returns once nothing borrowed since is read any more. Leases that overlap cannot be told
 * apart, so that what is borrowed meanwhile is left to the collector.
 */
export function leaseBuffers(): () => void {
  open++;
  if (open > 1) shared = true;
  let ended = false;
  return () => {
    if (ended) return;
    ended = true;
    if (--open > 0) return;
    if (!shared) idle.push(...lent);
    lent = [];
    shared = false;
  };
}

/** An array of the length asked for, of arbitrary content: what is read of it must be written first. */
export function borrowInt32(length: number): Int32Array {
  return new Int32Array(borrow(length * Int32Array.BYTES_PER_ELEMENT), 0, length);
}

/** Like {@link borrowInt32}. */
export function borrowUint16(length: number): Uint16Array {
  return new Uint16Array(borrow(length * Uint16Array.BYTES_PER_ELEMENT), 0, length);
}

/** Gives arrays back that nothing reads any more, before the lease ends. Their content is no longer theirs. */
export function giveBackEarly(...arrays: readonly (Int32Array | Uint16Array)[]): void {
  for (const { buffer } of arrays) {
    const at = lent.findIndex((one) => one === buffer);
    if (at >= 0 && !shared) idle.push(...lent.splice(at, 1));
  }
}

function borrow(bytes: number): ArrayBuffer {
  if (open === 0) return new ArrayBuffer(bytes);
  const buffer = takeIdle(bytes) ?? new ArrayBuffer(bytes);
  lent.push(buffer);
  return buffer;
}

/** The smallest buffer that is large enough. If there are only smaller ones, one of them makes room for what comes. */
function takeIdle(bytes: number): ArrayBuffer | undefined {
  let best = -1;
  for (let i = 0; i < idle.length; i++) {
    const size = idle[i].byteLength;
    if (size >= bytes && (best < 0 || size < idle[best].byteLength)) best = i;
  }
  if (best >= 0) return idle.splice(best, 1)[0];
  idle.pop();
  return undefined;
}
