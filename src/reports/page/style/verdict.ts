/** Verdicts of a gate, and the checks behind them. */
export const VERDICT = `
.pass { color: var(--good); } .fail { color: var(--bad); } .inconclusive { color: var(--warn); }
.checks { list-style: none; padding: 0; } .checks > li { margin: .75rem 0; max-width: 90ch; }
.room { flex: 1; }
`;
