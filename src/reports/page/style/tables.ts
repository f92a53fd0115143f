/** Tables: figures in columns that line up, headings that sort. */
export const TABLES = `
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .75rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: baseline; }
td { white-space: nowrap; }
thead th { font-weight: 600; color: var(--soft); border-bottom: 2px solid var(--line); white-space: nowrap; }
tbody th { font-weight: 500; min-width: 9rem; max-width: 24rem; }
th.group { text-align: center; border-bottom-width: 1px; white-space: normal; }
.right { text-align: right; }
.interval { display: block; font-size: .78em; line-height: 1.2; }
tbody tr:hover { background: var(--raised); }
tr.published { color: var(--soft); font-style: italic; }
tr.published th { font-weight: 400; }
th > button { all: unset; cursor: pointer; white-space: nowrap; }
th > button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
th > button::after { content: '\\2195'; opacity: .35; margin-left: .3em; font-size: .85em; }
th[aria-sort] > button { color: var(--ink); }
th[aria-sort='ascending'] > button::after { content: '\\2191'; opacity: 1; }
th[aria-sort='descending'] > button::after { content: '\\2193'; opacity: 1; }
@media (max-width: 40rem) { th, td { padding-inline: .5rem; } tbody th { min-width: 7rem; } }
`;
