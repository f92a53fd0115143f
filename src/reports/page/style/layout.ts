/** The page's frame and its text. */
export const LAYOUT = `
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
main, .foot { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-top: 1.75rem; padding-bottom: 3rem; }
h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -.02em; margin: 0 0 .5rem; }
h2 { font-size: 1.4rem; line-height: 1.25; letter-spacing: -.01em; margin: 3rem 0 .75rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
main > section:first-of-type h2 { border-top: 0; margin-top: 0; padding-top: .25rem; }
h3 { font-size: 1.05rem; line-height: 1.3; margin: 2rem 0 .25rem; }
p { margin: 0 0 .75rem; max-width: 72ch; }
h1, h2, h3, p, li, td, th, code { overflow-wrap: anywhere; }
code { font-family: var(--mono); font-size: .875em; }
small { color: var(--soft); }
.caption { color: var(--soft); font-size: .9rem; margin-bottom: .6rem; }
.notes { color: var(--soft); font-size: .85rem; padding-left: 1.1rem; margin: .6rem 0 0; max-width: 90ch; }
.plain { padding-left: 1.1rem; }
.foot { padding-block: 1.5rem 3rem; color: var(--soft); font-size: .85rem; border-top: 1px solid var(--line); }
.foot p { margin: 0; max-width: none; }
@media (max-width: 40rem) {
  .brand { display: none; }
  .top { padding-inline: .75rem; gap: .5rem; }
  main, .foot { padding-inline: 1rem; }
  h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; }
}
`;
