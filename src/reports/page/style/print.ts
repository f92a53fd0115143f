/** On paper everything that is interactive goes, and nothing is cut off. */
export const PRINT = `
@page { margin: 14mm; }
@media print {
  :root { color-scheme: light; }
  .top, .skip { display: none; }
  main, .foot { max-width: none; padding-inline: 0; }
  .scripted .pareto .controls { display: none; }
  .plots { grid-template-columns: 1fr 1fr; gap: 1rem; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; } th, td { padding: .15rem .35rem; }
  h2, h3, h4, .legend, .shot .why { break-after: avoid; } h2 + p, h3 + p { break-after: avoid; break-inside: avoid; } tr, figure { break-inside: avoid; }
  th > button::after { content: none; }
}
`;
