/** Okabe and Ito's colours, told apart with every common colour blindness; darker on white than theirs. */
const MODELS = [
  '#0072b2',
  '#c2410c',
  '#00805d',
  '#a8457e',
  '#8a6a00',
  '#5b4fc7',
  '#57606a',
  '#7a4a21',
] as const;
const PHASES = ['#8d99a8', '#56a0d3', '#1f5fa8', '#e08a2e'] as const;

/** How many models have a colour of their own; later ones begin again. */
export const MODEL_COLOURS = MODELS;
export const PHASE_COLOURS = PHASES;

/** The colour of the i-th model of a report, the same in every plot: a property of the page with a fallback. */
export function modelColour(i: number): string {
  const k = i % MODELS.length;
  return `var(--m${k},${MODELS[k]})`;
}

/** Of decode, preprocess, inference, postprocess. */
export function phaseColour(i: number): string {
  return `var(--p${i},${PHASES[i % PHASES.length]})`;
}

export const INK = 'currentColor';
export const SOFT = 'var(--soft,#566070)';
export const LINE = 'var(--line,#dce0e6)';
export const WARN = 'var(--bad,#a3161f)';
