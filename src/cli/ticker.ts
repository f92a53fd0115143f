import type { CliContext } from './context.js';

/** A line on stderr now and then: what `say` makes of the latest state. */
export function ticker<T extends readonly unknown[]>(
  context: CliContext,
  say: (...state: T) => string,
  everyMs = 5000,
): (...state: T) => void {
  let told = performance.now();
  return (...state) => {
    if (performance.now() - told < everyMs) return;
    told = performance.now();
    context.err(`${say(...state)}\n`);
  };
}
