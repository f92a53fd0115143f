import { existsSync } from 'node:fs';
import type { Side } from '../analysis/compare/side.js';
import { describeError, escapeControls, MaskbenchError } from '../core/errors.js';
import type { Comparison } from '../schema/comparison.js';
import { readSummary } from '../store/read-summary.js';
import type { CliContext } from './context.js';

type OfSide = readonly [side: Side, models?: ReadonlySet<string>];

/** Both sides of a comparison with the models of each that were compared. */
export function comparedSides(before: Side, now: Side, { pairs }: Comparison): readonly OfSide[] {
  return [
    [before, new Set(pairs.map(({ baseline }) => baseline.name))],
    [now, new Set(pairs.map(({ candidate }) => candidate.name))],
  ];
}

/**
 * Repeats on stderr what a run's summary warns of its models' outputs (the same everywhere, raw values out of range): whoever
 * compares, checks or ranks them should not have to read a report first. A baseline keeps none.
 *
 * @param models of each side, by name; of all where none are named
 */
export async function tellOutputs(sides: readonly OfSide[], { err }: CliContext): Promise<void> {
  const lines = new Set<string>();
  for (const [{ facts, folder }, models] of sides) {
    if (folder === undefined || !existsSync(folder.summary)) continue;
    const { warnings = [] } = await readSummary(folder).catch((error: unknown) => {
      if (!(error instanceof MaskbenchError)) throw error;
      // The figures are not made of it.
      lines.add(`warning: ${describeError(error)}`);
      return { warnings: [] };
    });
    for (const { model, message } of warnings)
      if (models?.has(model) !== false) lines.add(`warning: ${facts.label}: ${model}: ${message}`);
  }
  for (const line of lines) err(`${escapeControls(line)}\n`);
}
