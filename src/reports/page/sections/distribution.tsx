import { ecdf } from '../../plots/ecdf.js';
import { scores } from '../../plots/scores.js';
import { plotGroup } from '../parts/plot-figure.js';
import type { Section } from '../section.js';

/** How every model's scores are spread over the images. */
export const distribution: Section = {
  id: 'scores',
  title: 'Scores',
  isFolded: true,
  render(input) {
    const groups = [scores, ecdf].map((family) => plotGroup(family, input));
    return groups.every((group) => group === null) ? null : <>{groups}</>;
  },
};
