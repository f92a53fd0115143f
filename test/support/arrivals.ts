import type { OnProgress } from '../../src/models/sources/progress.js';

/** Lets a server know how far the client is, so that it can cut the connection at an exact place. */
export interface Arrivals {
  readonly onProgress: OnProgress;
  readonly arrived: (position: number) => Promise<void>;
}

export function watchArrivals(): Arrivals {
  let received = 0;
  let waiting: { readonly position: number; readonly resolve: () => void }[] = [];
  return {
    onProgress: (event) => {
      if (event.kind !== 'download') return;
      received = event.receivedBytes;
      for (const { position, resolve } of waiting) if (received >= position) resolve();
      waiting = waiting.filter(({ position }) => received < position);
    },
    arrived: (position) =>
      received >= position
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ position, resolve })),
  };
}
