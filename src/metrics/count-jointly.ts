/** For each ground-truth value the offset of its row of 256 counts; rows are numbered by how many cuts are `<=` it. */
export function rowsByCut(...cuts: readonly number[]): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, v) => 256 * cuts.filter((cut) => cut <= v).length);
}

/** A prediction and its ground truth, of equal length, and where a ground-truth value's counts are. */
export interface JointCounter {
  readonly prediction: Uint8Array;
  readonly truth: Uint8Array;
  readonly rows: Uint16Array;
  readonly predictionWords: Uint32Array;
  readonly truthWords: Uint32Array;
}

export function jointCounter(prediction: Uint8Array, truth: Uint8Array, rows: Uint16Array): JointCounter {
  return { prediction, truth, rows, predictionWords: asWords(prediction), truthWords: asWords(truth) };
}

/**
 * Counts pairs of prediction value and ground-truth class: `into[rows[truth] + prediction]++` for each pixel of
 * `from .. to - 1`, in the order of the data.
 *
 * Masks are mostly long runs of one value, so four pixels are compared at a time and a run is counted when it ends.
 */
export function countJointly(counter: JointCounter, from: number, to: number, into: Uint32Array): void {
  const { prediction, truth, rows, predictionWords, truthWords } = counter;
  const firstWord = (from + 3) >> 2;
  const lastWord = Math.max(to >> 2, firstWord);
  for (let i = from, end = Math.min(firstWord * 4, to); i < end; i++) into[rows[truth[i]] + prediction[i]]++;
  for (let i = firstWord; i < lastWord;) {
    const p = predictionWords[i];
    const t = truthWords[i];
    const start = i++;
    while (i < lastWord && predictionWords[i] === p && truthWords[i] === t) i++;
    const run = i - start;
    into[rows[t & 255] + (p & 255)] += run;
    into[rows[(t >>> 8) & 255] + ((p >>> 8) & 255)] += run;
    into[rows[(t >>> 16) & 255] + ((p >>> 16) & 255)] += run;
    into[rows[t >>> 24] + (p >>> 24)] += run;
  }
  for (let i = lastWord * 4; i < to; i++) into[rows[truth[i]] + prediction[i]]++;
}

/** The bytes four at a time; the last `length % 4` are left out. Bytes off a 4-byte border are copied first. */
export function asWords(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2);
}
