/** Page one: the verdict, its warnings, tiers and facts. */
export const OVERVIEW_STYLE = `
.verdict { margin-bottom: 1.5rem; }
.verdict .line { font-size: 1.3rem; line-height: 1.45; max-width: 60ch; margin-bottom: .6rem; letter-spacing: -.005em; }
.verdict .scope { color: var(--soft); }
.verdict .line strong { font-weight: 650; }
.verdict code { white-space: pre-wrap; }
.warnings, .differences { list-style: none; padding: 0; margin: 1rem 0 0; display: grid; gap: .4rem; max-width: 60rem; }
.differences { margin: 0 0 1.25rem; }
.warnings li, .differences li { padding: .45rem .8rem; border-left: 3px solid var(--warn); background: var(--warn-page); font-size: .9rem; border-radius: 0 var(--radius) var(--radius) 0; }
.warnings li.failed { border-color: var(--bad); background: var(--bad-page); }
.warnings strong { color: var(--warn); margin-right: .25rem; }
.warnings .failed strong { color: var(--bad); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 1rem; }
.card { border: 1px solid var(--line); border-radius: var(--radius); padding: .8rem 1rem; }
.card h4 { margin: 0 0 .5rem; font-size: .95rem; display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
.card h4 small { font-weight: 400; }
.tiers { list-style: none; margin: 0; padding: 0; font-size: .9rem; }
.tiers > li { display: flex; gap: .75rem; padding: .4rem 0; border-top: 1px solid var(--line); }
.tiers .tier { flex: none; width: 1.5rem; height: 1.5rem; border-radius: 50%; background: var(--raised); border: 1px solid var(--line); display: grid; place-items: center; font-size: .8rem; font-weight: 600; }
.tiers > li:first-child .tier { background: var(--accent); border-color: var(--accent); color: var(--page); }
.tiers ul { list-style: none; margin: 0; padding: 0; flex: 1; min-width: 0; }
.tiers ul li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 .75rem; }
.tiers ul li small { flex-basis: 100%; }
.figure { font-variant-numeric: tabular-nums; }
.answers { padding-left: 1.1rem; max-width: 80ch; }
.answers li { margin-bottom: .35rem; }
.facts { margin: 0; font-size: .9rem; }
.facts div { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: .75rem; padding: .3rem 0; border-bottom: 1px solid var(--line); }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  .verdict .line { font-size: 1.1rem; }
  .facts div { grid-template-columns: 1fr; gap: 0; }
}
`;
