import { escapeControls } from '../../core/errors.js';
import type { GateOutcome } from '../../schema/verdict.js';
import { headline, judgedLine, verdictTitle } from './outcome-lines.js';

/** GitHub's workflow commands: an error a failed check, a warning an open one, and the verdict as a notice. */
export function outcomeToAnnotations(outcome: GateOutcome): string {
  const lines = outcome.pairs.flatMap((pair) =>
    pair.checks.flatMap(({ verdict, rule, evidence }) => {
      if (verdict === 'pass') return [];
      const level = verdict === 'fail' ? 'error' : 'warning';
      return [command(level, `${verdictTitle(pair)}: ${rule}`, evidence)];
    }),
  );
  const forced = outcome.comparison.forced.map(({ message }) => command('warning', 'FORCED', message));
  const verdict = command('notice', 'Maskbench', `${headline(outcome)} (${judgedLine(outcome)})`);
  return `${[...forced, ...lines, verdict].join('\n')}\n`;
}

function command(level: 'error' | 'warning' | 'notice', title: string, message: string): string {
  return `::${level} title=${escapeProperty(title)}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return escapeControls(text).replaceAll('%', '%25');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
