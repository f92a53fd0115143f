import { extensible } from '../../../core/plugins/parts.js';
import { accuracy } from './accuracy.js';
import { catastrophes } from './catastrophes.js';
import { energy } from './energy.js';
import { floors } from './floors.js';
import { improve } from './improve.js';
import { latency } from './latency.js';
import { losses } from './losses.js';
import { memory } from './memory.js';
import { never } from './never.js';
import { serviceTime } from './service-time.js';
import { size } from './size.js';
import { slices } from './slices.js';

const OWN = [
  accuracy,
  floors,
  slices,
  losses,
  catastrophes,
  never,
  latency,
  serviceTime,
  energy,
  memory,
  size,
  improve,
] as const;

/** Every rule that a gate may have, in the order in which checks are listed. */
export const RULES = extensible('gateRules', OWN);
