import { counted } from '../../core/text.js';

interface Named {
  readonly dataset: string;
  readonly id: string;
}

/** Names that are told one by one. */
const TOLD = 3;

/**
 * What came, went and changed between two lists of images, in words: `1 added (gt/new)`; undefined where they are the same. Both are read
 * once, as they come, and are in the order of a plan: dataset by dataset, ids by code units.
 *
 * @param datasets in order
 * @param isSame whether an image that is in both is what it was
 */
export async function differenceOfLists<A extends Named, B extends Named>(
  planned: AsyncIterable<A>,
  now: AsyncIterable<B>,
  datasets: readonly string[],
  isSame: (planned: A, now: B) => boolean = () => true,
): Promise<string | undefined> {
  const found = { added: tally(), removed: tally(), changed: tally() };
  const rank = new Map(datasets.map((name, i) => [name, i]));
  const order = (a: Named, b: Named): number =>
    (rank.get(a.dataset) ?? 0) - (rank.get(b.dataset) ?? 0) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  const [old, fresh] = [planned[Symbol.asyncIterator](), now[Symbol.asyncIterator]()];
  let [a, b] = [await old.next(), await fresh.next()];
  while (a.done !== true || b.done !== true) {
    const [before, after] = [a.done === true ? undefined : a.value, b.done === true ? undefined : b.value];
    const comes = before === undefined ? 1 : after === undefined ? -1 : order(before, after);
    if (comes === 0 && before !== undefined && after !== undefined && !isSame(before, after))
      found.changed.add(after);
    if (comes < 0 && before !== undefined) found.removed.add(before);
    if (comes > 0 && after !== undefined) found.added.add(after);
    if (comes <= 0) a = await old.next();
    if (comes >= 0) b = await fresh.next();
  }
  const words = Object.entries(found).flatMap(([what, { text }]) => {
    const named = text();
    return named === undefined ? [] : [`${what} ${named}`];
  });
  return words.length === 0 ? undefined : words.join(', ');
}

function tally(): { add(one: Named): void; text(): string | undefined } {
  const first: string[] = [];
  let count = 0;
  return {
    add({ dataset, id }) {
      if (count++ < TOLD) first.push(`${dataset}/${id}`);
    },
    text: () =>
      count === 0
        ? undefined
        : `${counted(count, 'image')} (${first.join(', ')}${count > TOLD ? ', ...' : ''})`,
  };
}
