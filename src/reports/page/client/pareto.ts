import { choosePoints } from '../../plots/pareto/choose.js';
import { drawPareto } from '../../plots/pareto/draw-pareto.js';
import { frameOf } from '../../plots/pareto/frame.js';
import type { ParetoChoice, ParetoData } from '../../plots/pareto/pareto-data.js';
import { sectionData } from './section-data.js';

/** Draws accuracy against latency anew for every choice, as wide as there is room. */
export function choosePareto(): void {
  const figure = document.querySelector('.pareto');
  const canvas = figure?.querySelector<HTMLElement>('.canvas');
  const given = sectionData<{ readonly data: ParetoData; readonly choice: ParetoChoice }>('overview');
  if (figure == null || canvas == null || given === null) return;
  const { data } = given;
  const chosen = (name: string): string | undefined =>
    figure.querySelector<HTMLSelectElement>(`select[name="${name}"]`)?.value;
  const draw = (): void => {
    const device = chosen('device') ?? '';
    const choice: ParetoChoice = {
      metric: chosen('metric') ?? given.choice.metric,
      statistic: chosen('statistic') ?? given.choice.statistic,
      dataset: chosen('dataset') === '' ? null : (chosen('dataset') ?? given.choice.dataset),
      device: device === '' ? null : Number(device),
    };
    const points = choosePoints(data, choice);
    const frame = frameOf(data, choice, Math.max(300, Math.min(900, canvas.clientWidth)));
    // escaped by drawPareto: nothing but numbers and text that it wrote itself
    canvas.innerHTML = drawPareto(points, frame);
    const words = figure.querySelector('.words');
    if (words !== null) {
      const said = points.map(
        ({ label, score, ms }) => `${label} ${score.toFixed(3)} at ${ms.toFixed(0)} ms`,
      );
      words.textContent = `${frame.title}: ${said.join('; ') || 'nothing was measured'}`;
    }
  };
  figure.addEventListener('change', draw);
  let width = 0;
  new ResizeObserver(([entry]) => {
    const now = Math.round(entry?.contentRect.width ?? 0);
    if (now !== width) draw();
    width = now;
  }).observe(canvas);
}
