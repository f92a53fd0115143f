import { MODEL_COLOURS, PHASE_COLOURS } from '../../plots/colours.js';
import { GALLERY } from './gallery.js';

/** Colours and sizes. Every colour is a pair for light and dark; `data-theme` on the root overrides the system. */
const TOKENS = `
:root {
  color-scheme: light dark;
  --page: light-dark(#fff, #14171c);
  --raised: light-dark(#f6f7f9, #1c2027);
  --ink: light-dark(#1a1f27, #e7eaee);
  --soft: light-dark(#566070, #a5aebb);
  --line: light-dark(#dce0e6, #333a44);
  --accent: light-dark(#0b57b0, #7db8ff);
  --good: light-dark(#14672f, #6fd08c);
  --warn: light-dark(#7d5200, #e9bd63);
  --bad: light-dark(#a3161f, #ff9090);
  --warn-page: light-dark(#fff7e3, #2b2414);
  --bad-page: light-dark(#fdeeee, #31191b);
  --radius: 6px;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
:root[data-theme='light'] { color-scheme: light; }
:root[data-theme='dark'] { color-scheme: dark; }
`;

/** The page's frame and its text. */
const LAYOUT = `
*, ::before, ::after { box-sizing: border-box; }
html { scroll-padding-top: 4rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; background: var(--page); color: var(--ink); }
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; background: var(--page); padding: .5rem 1rem; z-index: 3; }
.skip:focus { left: .5rem; top: .5rem; }
.top { position: sticky; top: 0; z-index: 2; display: flex; align-items: center; gap: 1rem; padding: .4rem 1.25rem;
  background: var(--page); border-bottom: 1px solid var(--line); }
.brand { margin: 0; font-weight: 700; letter-spacing: -.01em; }
.top nav { flex: 1; min-width: 0; overflow-x: auto; scrollbar-width: none; }
.top nav ul { display: flex; gap: .25rem; list-style: none; margin: 0; padding: 0; white-space: nowrap; }
.top nav a { display: block; padding: .3rem .6rem; border-radius: var(--radius); color: var(--soft); text-decoration: none; font-size: .9rem; }
.top nav a:hover { background: var(--raised); color: var(--ink); }
button { font: inherit; color: inherit; }
.theme { flex: none; padding: .25rem .7rem; font-size: .85rem; background: none; border: 1px solid var(--line);
  border-radius: var(--radius); color: var(--soft); cursor: pointer; }
.theme:hover { color: var(--ink); border-color: var(--soft); }
main, .foot { max-width: 100rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-top: 1.75rem; padding-bottom: 3rem; }
h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -.02em; margin: 0 0 .5rem; }
h2 { font-size: 1.4rem; line-height: 1.25; letter-spacing: -.01em; margin: 3rem 0 .75rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
main > section:first-of-type h2 { border-top: 0; margin-top: 0; padding-top: .25rem; }
h3 { font-size: 1.05rem; line-height: 1.3; margin: 2rem 0 .25rem; }
p { margin: 0 0 .75rem; max-width: 72ch; }
p, li, td, code { overflow-wrap: anywhere; }
h1, h2, h3, th { overflow-wrap: break-word; }
.fold > summary { cursor: pointer; margin-top: 3rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
.fold > summary h2 { display: inline; border: 0; margin: 0; padding: 0; }
.fold + .fold > summary, .fold:not([open]) > summary { margin-bottom: 0; }
code { font-family: var(--mono); font-size: .875em; }
small { color: var(--soft); }
.caption { color: var(--soft); font-size: .9rem; margin-bottom: .6rem; }
.notes { color: var(--soft); font-size: .85rem; padding-left: 1.1rem; margin: .6rem 0 0; max-width: 90ch; }
.plain { padding-left: 1.1rem; }
.foot { padding-block: 1.5rem 3rem; color: var(--soft); font-size: .85rem; border-top: 1px solid var(--line); }
.foot p { margin: 0; max-width: none; }
@media (max-width: 40rem) {
  .top { padding-inline: .75rem; gap: 0 .5rem; flex-wrap: wrap; justify-content: space-between; }
  .top nav { order: 3; flex-basis: 100%; scrollbar-width: thin; }
  html { scroll-padding-top: 6rem; }
  main, .foot { padding-inline: 1rem; }
  h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; }
}
`;

/** Tables: figures in columns that line up, headings that sort. */
const TABLES = `
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

/** Page one: the verdict, its warnings, tiers and facts. */
const OVERVIEW_STYLE = `
.verdict { margin-bottom: 1.5rem; }
.verdict .line { font-size: 1.3rem; line-height: 1.45; max-width: 90ch; margin-bottom: .6rem; letter-spacing: -.005em; }
.verdict .caption { margin-top: .6rem; }
.verdict .scope { color: var(--soft); }
.verdict .line strong { font-weight: 650; }
.verdict code { white-space: pre-wrap; }
.warnings, .differences { list-style: none; padding: 0; margin: 1rem 0 0; display: grid; gap: .4rem; }
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
.facts { margin: 0; font-size: .9rem; }
.facts div { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: .75rem; padding: .3rem 0; border-bottom: 1px solid var(--line); }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  .verdict .line { font-size: 1rem; }
  .facts div { grid-template-columns: 1fr; gap: 0; }
}
`;

/** On dark ground the same hues, lighter. */
const MODELS_DARK = ['#5ab4ec', '#ff8f57', '#35c99a', '#e592c2', '#e3c04a', '#a99eff', '#b4bcc6', '#d6a27a'];
const PHASES_DARK = ['#8d99a8', '#7cbbe6', '#3d82cc', '#f0a355'];

const pairs = (letter: string, light: readonly string[], dark: readonly string[]): string =>
  light.map((colour, i) => `--${letter}${i}: light-dark(${colour}, ${dark[i]});`).join(' ');

/** Plots: colours by property, so that one drawing serves light, dark and paper. */
const PLOTS_STYLE = `
:root { ${pairs('m', MODEL_COLOURS, MODELS_DARK)} ${pairs('p', PHASE_COLOURS, PHASES_DARK)} }
figure { margin: 0; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(358px, 100%), 1fr)); gap: 1.5rem; }
.plot figcaption { font-weight: 600; font-size: .88rem; margin-bottom: .25rem; overflow-wrap: anywhere; }
.plot svg, .pareto svg { display: block; max-width: 100%; height: auto; overflow: visible; }
.plot details, .pareto details { font-size: .85rem; color: var(--soft); margin-top: .25rem; }
summary { cursor: pointer; width: fit-content; }
summary:hover { color: var(--ink); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; list-style: none; margin: 0 0 .9rem; padding: 0; font-size: .88rem; }
.legend li { display: flex; align-items: baseline; gap: .4rem; }
.swatch { flex: none; width: .75rem; height: .75rem; border-radius: 2px; translate: 0 1px; print-color-adjust: exact; }
.pareto { margin-top: 2rem; }
.pareto h3 { margin-top: 0; }
.pareto .canvas { max-width: 900px; min-height: clamp(300px, 52vw, 440px); }
.pareto .controls { display: none; flex-wrap: wrap; gap: .5rem 1rem; margin-bottom: .75rem; font-size: .88rem; color: var(--soft); }
.scripted .pareto .controls { display: flex; }
.pareto .controls select { font: inherit; color: var(--ink); background: var(--page); border: 1px solid var(--line); border-radius: var(--radius); padding: .2rem .35rem; max-width: 15rem; }
.more { margin-top: 1.75rem; }
.more > summary { font-weight: 600; }
`;

/** Verdicts of a gate, and the checks behind them. */
const VERDICT = `
.pass { color: var(--good); } .fail { color: var(--bad); } .inconclusive { color: var(--warn); }
.checks { list-style: none; padding: 0; } .checks > li { margin: .75rem 0; max-width: 90ch; }
.room { flex: 1; }
`;

/** On paper everything that is interactive goes, and nothing is cut off. */
const PRINT = `
@page { margin: 14mm; }
@media print {
  :root { color-scheme: light; }
  .top, .skip { display: none; }
  main, .foot { max-width: none; padding-inline: 0; }
  .scripted .pareto .controls { display: none; }
  .plots { grid-template-columns: 1fr 1fr; gap: 1rem; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; } th, td { padding: .15rem .35rem; }
  .fold::details-content { content-visibility: visible; block-size: auto; }
  h2, h3, h4, .legend, .shot .why { break-after: avoid; } h2 + p, h3 + p { break-after: avoid; break-inside: avoid; } tr, figure { break-inside: avoid; }
  th > button::after { content: none; }
}
`;

/** The one stylesheet of all pages, in the order of the cascade. */
export const STYLESHEET: string = [
  TOKENS,
  LAYOUT,
  TABLES,
  OVERVIEW_STYLE,
  PLOTS_STYLE,
  GALLERY,
  VERDICT,
  PRINT,
].join('');
