/** On paper everything that is interactive goes, and nothing is cut off. */
export const PRINT = `
@media print {
  :root { color-scheme: light; }
  .top, .skip { display: none; }
  main, .foot { max-width: none; padding-inline: 0; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; } th, td { padding: .15rem .35rem; }
  h2, h3 { break-after: avoid; } tr, figure { break-inside: avoid; }
  th > button::after { content: none; }
}
`;
