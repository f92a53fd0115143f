import { z } from 'zod';

/** Share of the time in nodes by execution provider, 0..1, adding up to 1; empty if no node was profiled. */
export type TimeShare = Readonly<Record<string, number>>;

/** An event of ONNX Runtime's profile; times are microseconds. */
const eventsSchema = z.array(
  z.looseObject({
    cat: z.string(),
    name: z.string(),
    dur: z.number(),
    ts: z.number(),
    args: z.looseObject({ provider: z.string().optional() }).optional(),
  }),
);

/**
 * The time in nodes of the last run, by provider, of the profiles of a model's sessions (SAM has two): JSON as ONNX
 * Runtime writes it. Times are the host's: a node that only hands work to a GPU looks short, and whoever waits for the
 * GPU (a copy back, or a node on the CPU) looks long.
 *
 * @throws SyntaxError or ZodError where a text is no such profile.
 */
export function readTimeShare(profiles: readonly string[]): TimeShare {
  const micros: Record<string, number> = {};
  for (const profile of profiles) {
    const events = eventsSchema.parse(JSON.parse(profile));
    const run = events.findLast(({ cat, name }) => cat === 'Session' && name === 'model_run');
    for (const { cat, name, dur, ts, args } of events) {
      const provider = args?.provider;
      if (cat !== 'Node' || provider === undefined || !name.endsWith('_kernel_time')) continue;
      if (run !== undefined && (ts < run.ts || ts > run.ts + run.dur)) continue;
      micros[provider] = (micros[provider] ?? 0) + dur;
    }
  }
  const all = Object.values(micros).reduce((sum, value) => sum + value, 0);
  return all === 0
    ? {}
    : Object.fromEntries(Object.entries(micros).map(([provider, value]) => [provider, value / all]));
}
