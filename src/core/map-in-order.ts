/** Applies `work` to at most `width` items at once and gives the results in the order of the items. */
export async function* mapInOrder<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const pending: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // A failure is thrown when its turn comes; until then Node must not take it for an unhandled one.
      result.catch(() => undefined);
      pending.push(result);
      if (pending.length >= width) yield await (pending.shift() as Promise<R>);
    }
    while (pending.length > 0) yield await (pending.shift() as Promise<R>);
  } finally {
    // A caller that stops early must not leave files open.
    await Promise.allSettled(pending);
  }
}
