import { MODEL_COLOURS, PHASE_COLOURS } from '../../plots/colours.js';

/** On dark ground the same hues, lighter. */
const MODELS_DARK = ['#5ab4ec', '#ff8f57', '#35c99a', '#e592c2', '#e3c04a', '#a99eff', '#b4bcc6', '#d6a27a'];
const PHASES_DARK = ['#8d99a8', '#7cbbe6', '#3d82cc', '#f0a355'];

const pairs = (letter: string, light: readonly string[], dark: readonly string[]): string =>
  light.map((colour, i) => `--${letter}${i}: light-dark(${colour}, ${dark[i]});`).join(' ');

/** Plots: colours by property, so that one drawing serves light, dark and paper. */
export const PLOTS_STYLE = `
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
