import { openFolds } from './folds.js';
import { enhanceGallery } from './gallery/index.js';
import { choosePareto } from './pareto.js';
import { makeSortable } from './sortable.js';
import { offerThemes } from './theme.js';

/** Everything that the script adds to the page. Each works alone; the page reads without any. */
for (const enhance of [offerThemes, openFolds, makeSortable, choosePareto, enhanceGallery]) enhance();
