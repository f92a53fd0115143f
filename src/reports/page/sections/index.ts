import type { Section } from '../section.js';
import { accuracy } from './accuracy.js';
import { cutouts } from './cutouts.js';
import { failures } from './failures.js';
import { gallery } from './gallery.js';
import { overview } from './overview.js';
import { phases } from './phases.js';
import { times } from './times.js';

/** Every section of the page, in order. The only list. */
export const SECTIONS: readonly Section[] = [overview, accuracy, cutouts, times, phases, gallery, failures];
