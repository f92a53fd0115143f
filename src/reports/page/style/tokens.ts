/** Colours and sizes. Every colour is a pair for light and dark; `data-theme` on the root overrides the system. */
export const TOKENS = `
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
