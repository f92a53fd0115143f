/** The gallery: strips of pictures, and the dialog in which one of them is looked at. */
export const GALLERY = `
.gallery .controls { display: none; } .scripted .gallery .controls { display: flex; flex-wrap: wrap; gap: .5rem .9rem; align-items: center; padding: .7rem .8rem; margin: 1rem 0 .5rem;
  background: var(--raised); border: 1px solid var(--line); border-radius: var(--radius); font-size: .9rem; }
.gallery .controls [hidden], .viewer [hidden] { display: none; }
.gallery .controls label, .tools label { display: inline-flex; align-items: center; gap: .4rem; color: var(--soft); min-width: 0; }
.gallery select, .gallery input, .gallery button { font: inherit; color: var(--ink); background: var(--page); max-width: 100%;
  border: 1px solid var(--line); border-radius: 4px; padding: .2rem .45rem; min-height: 1.9rem; min-width: 0; }
.gallery .controls select, .tools select { max-width: 13rem; text-overflow: ellipsis; }
.gallery .controls input[type='number'] { width: 6rem; }
.gallery .controls input[type='search'] { width: 11rem; }
.gallery button { cursor: pointer; min-width: 1.9rem; }
.gallery button:hover { border-color: var(--soft); }
.status { min-height: 1.5rem; margin: .5rem 0; color: var(--soft); font-size: .9rem; }
.shots { list-style: none; margin: 0; padding: 0; }
.shot { padding: 1rem 0 1.1rem; border-top: 1px solid var(--line); scroll-margin-top: 4rem; }
.shot:first-child { border-top: 0; padding-top: .25rem; }
.shot h3 { margin: 0 0 .3rem; font-size: 1rem; font-weight: 600; }
.shot h3 a { color: inherit; text-decoration-color: var(--line); }
.shot h3 a:hover { color: var(--accent); text-decoration-color: currentColor; }
.shot h3 small { font-weight: 400; }
.why { display: flex; flex-wrap: wrap; gap: .3rem; list-style: none; margin: 0 0 .6rem; padding: 0; font-size: .78rem; }
.why li { padding: 0 .5rem; border: 1px solid var(--line); border-radius: 99px; color: var(--soft); }
.why .worst, .why .regressed { color: var(--bad); border-color: currentColor; }
.why .best, .why .improved { color: var(--good); border-color: currentColor; }
.why .disagreed { color: var(--warn); border-color: currentColor; }
.strip { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 10.5rem), 1fr)); gap: .6rem; align-items: start; }
.strip figure { margin: 0; min-width: 0; }
.strip img, .absent { display: block; width: 100%; height: auto; background: var(--raised); border-radius: 4px; }
.strip img { max-height: 15rem; object-fit: contain; font-size: .8rem; color: var(--soft); }
.absent { display: grid; place-items: center; max-height: 15rem; padding: .5rem; color: var(--bad); font-size: .85rem;
  text-align: center; border: 1px dashed currentColor; overflow: hidden; }
.scripted .strip figure { cursor: zoom-in; }
.strip figcaption { display: flex; justify-content: space-between; gap: .5rem; padding-top: .25rem; font-size: .82rem; color: var(--soft); }
.strip .value { flex: none; color: var(--ink); font-variant-numeric: tabular-nums; font-weight: 600; }
.numbers { margin-top: .5rem; font-size: .9rem; }
.numbers summary { cursor: pointer; color: var(--soft); width: max-content; }
.gallery .facts { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: .75rem 0 0; font-size: .85rem; }
.gallery .facts div { display: flex; gap: .4rem; min-width: 0; } .gallery .facts dt { color: var(--soft); } .gallery .facts dd { margin: 0; overflow-wrap: anywhere; }
.gallery .more { margin-top: .5rem; padding: .4rem 1rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.viewer { position: fixed; inset: 0; width: 100vw; max-width: none; height: 100vh; height: 100dvh; max-height: none; margin: 0; border: 0;
  padding: .6rem 1rem 1rem; background: var(--page); color: var(--ink); overflow-y: auto; overscroll-behavior: contain; }
.viewer[open] { display: grid; grid-template: auto auto minmax(16rem, 1fr) auto / minmax(0, 1fr) minmax(15rem, 27rem); gap: .5rem 1rem; }
.viewer::backdrop { background: var(--page); }
.viewer header { grid-column: 1 / -1; display: grid; grid-template-columns: minmax(0, 1fr) auto; column-gap: 1rem; align-items: start; }
.viewer h2 { margin: 0; padding: 0; border: 0; font-size: 1.05rem; max-height: 3.9em; overflow: auto; }
.viewer header p { margin: 0; grid-column: 1; color: var(--soft); font-size: .85rem; }
.viewer .buttons { grid-column: 2; grid-row: 1 / 3; display: flex; gap: .35rem; }
.tools { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: .5rem .9rem; align-items: center; font-size: .9rem; }
.segments { display: flex; align-items: center; gap: 0; margin: 0; padding: 0; border: 0; min-width: 0; }
.segments label { position: relative; }
.segments input[type='radio'] { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; min-height: 0; }
.segments span { padding: .2rem .65rem; border: 1px solid var(--line); margin-left: -1px; color: var(--ink); background: var(--page); }
.segments label:first-of-type span { border-radius: 4px 0 0 4px; } .segments label:last-of-type span { border-radius: 0 4px 4px 0; }
.segments input:checked + span { background: var(--accent); color: var(--page); border-color: var(--accent); }
.segments input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 2px; }
.backdrops input[type='color'] { margin-left: .4rem; width: 2.6rem; padding: .1rem; }
.stage { position: relative; grid-row: 3; min-height: 16rem; overflow: hidden; touch-action: none; cursor: grab; user-select: none;
  background: light-dark(#e9ebee, #0b0d10); border: 1px solid var(--line); border-radius: var(--radius); }
.stage:active { cursor: grabbing; }
.sheet { position: absolute; left: 0; top: 0; transform-origin: 0 0; will-change: transform; }
.sheet canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
.sheet.pixelated canvas { image-rendering: pixelated; }
.divider { position: absolute; top: 0; bottom: 0; width: 24px; margin-left: -12px; cursor: ew-resize; touch-action: none; }
.divider::before { content: ''; position: absolute; inset: 0 11px; background: #fff; box-shadow: 0 0 0 1px #000a; }
.divider::after { content: ''; position: absolute; left: 3px; top: calc(50% - 9px); width: 18px; height: 18px; border-radius: 50%;
  background: #fff; box-shadow: 0 0 0 1px #000a; }
.unavailable { position: absolute; inset: auto 0 0; margin: 0; padding: .4rem .8rem; max-width: none; background: var(--bad-page); color: var(--bad); font-size: .9rem; }
.below { grid-column: 1; display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; align-items: center; font-size: .88rem; }
.below .hint { margin: 0; color: var(--soft); font-size: .82rem; flex-basis: 100%; }
.swipe { display: flex; align-items: center; gap: .6rem; flex-basis: 100%; } .swipe input { flex: 1; padding: 0; accent-color: var(--accent); }
.swipe span { max-width: 30%; overflow-wrap: anywhere; color: var(--soft); }
.zooms { display: flex; align-items: center; gap: .35rem; } .zooms output { min-width: 3.2em; text-align: center; font-variant-numeric: tabular-nums; }
.viewer .legend { display: flex; flex-wrap: wrap; gap: .2rem .9rem; list-style: none; margin: 0; padding: 0; }
.viewer .legend li::before { content: ''; display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 2px;
  background: var(--swatch); outline: 1px solid var(--line); vertical-align: -.05em; print-color-adjust: exact; }
.viewer .legend .missed { --swatch: #56b4e9; } .viewer .legend .invented { --swatch: #d55e00; } .viewer .legend .soft-error { --swatch: #f0e442; } .viewer .legend .ignored { --swatch: #cc79a7; }
.figures { grid-column: 2; grid-row: 3 / 5; overflow: auto; min-height: 0; font-size: .85rem; }
.figures th, .figures td { padding: .2rem .5rem; } .figures tbody th { min-width: 7rem; } .figures thead th { white-space: normal; min-width: 4.5rem; } .figures .facts { flex-direction: column; }
@media (max-width: 60rem) {
  .viewer[open] { grid-template: auto auto minmax(45vh, 1fr) auto auto / minmax(0, 1fr); padding: .5rem .75rem 1rem; }
  .figures { grid-column: 1; grid-row: 5; overflow: auto visible; }
}
@media (max-width: 40rem) {
  .strip { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .gallery .controls label { flex: 1 1 auto; } .gallery .controls select, .gallery .controls input[type='search'] { max-width: none; flex: 1; }
  .viewer header { grid-template-columns: minmax(0, 1fr); } .viewer .buttons { grid-area: 1 / 1; justify-content: flex-end; }
  .viewer .hint { display: none; } .tools > label { flex: 1 1 9rem; } .tools > label select { flex: 1; }
}
@media print { .gallery .controls, .status, .gallery .more, .viewer { display: none !important; } .shot[hidden] { display: block; } .strip { break-inside: avoid; grid-template-columns: repeat(auto-fit, minmax(6.2rem, 1fr)); } .strip img { max-height: 6cm; } }
`;
