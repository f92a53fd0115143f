/** Like `T`, with nothing in it that may be left out, and nothing that may be written. */
type Filled<T> = T extends string | number | boolean | null | undefined
  ? T
  : { readonly [K in keyof T]-?: Filled<T[K]> };

/** Like `T`, with nothing in it that may be written. */
type Frozen<T> = T extends string | number | boolean | null | undefined
  ? T
  : { readonly [K in keyof T]: Frozen<T[K]> };

type Fits<A, B> = [A] extends [B] ? true : false;

/** Whether two types of plain data have the same keys, at every depth, of the same types, and the same may be left out. */
type Agree<A, B> = [
  Fits<Filled<A>, Filled<B>>,
  Fits<Filled<B>, Filled<A>>,
  Fits<Frozen<A>, Frozen<B>>,
  Fits<Frozen<B>, Frozen<A>>,
] extends [true, true, true, true]
  ? true
  : false;

/**
 * Does nothing when it runs. `agree<z.output<typeof schema>, Type>()` does not compile unless schema and type agree: a key
 * that is added to one of them alone shows there.
 */
export function agree<A, B>(..._proof: Agree<A, B> extends true ? [] : [schemaAndTypeDiffer: never]): void {}
