import type { Section } from '../section.js';
import { about } from './about.js';
import { accuracy } from './accuracy.js';
import { distribution } from './distribution.js';
import { failures } from './failures.js';
import { gallery } from './gallery.js';
import { overview } from './overview.js';
import { phases } from './phases.js';
import { thresholds } from './thresholds.js';
import { times } from './times.js';
import { whereItFails } from './where-it-fails.js';

/** Every section of the page, in order. The only list. */
export const SECTIONS: readonly Section[] = [
  overview,
  times,
  accuracy,
  distribution,
  whereItFails,
  gallery,
  thresholds,
  phases,
  failures,
  about,
];
