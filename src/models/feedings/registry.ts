import type { NetworkSpec } from '../spec/spec.js';
import { classesFeeding } from './classes.js';
import type { Feeding } from './feeding.js';
import { matteFeeding } from './matte.js';
import { samFeeding } from './sam.js';

/** The feeding that a spec names, with the spec's own numbers in it. */
export function feedingOf(spec: NetworkSpec): Feeding {
  switch (spec.feeding) {
    case 'matte':
      return matteFeeding(spec);
    case 'classes':
      return classesFeeding(spec);
    case 'sam':
      return samFeeding(spec);
  }
}
