import type { SealPart, SealPartName } from '../../../schema/seal.js';

interface Findings {
  /** What speaks against it, in words; none if nothing does. */
  readonly troubles?: readonly string[];
  /** What is said where nothing speaks against it. */
  readonly quiet: string;
  /** Questions that this machine has no answer to. */
  readonly notKnown?: readonly string[];
  /** Whether one of these, if there are any, has to be known for the seal to be kept. */
  readonly demanded?: boolean;
}

/** A part of the seal in its state: what speaks against it counts first, then what is not known. */
export function partOf(
  name: SealPartName,
  { troubles = [], quiet, notKnown = [], demanded = false }: Findings,
): SealPart {
  const state = troubles.length > 0 ? 'fail' : notKnown.length > 0 ? 'not known' : 'pass';
  const unknown = notKnown.length === 0 ? '' : `not known: ${notKnown.join(', ')}`;
  return {
    name,
    pass: state === 'pass' || (state === 'not known' && !demanded),
    state,
    ...(notKnown.length === 0 ? {} : { notKnown }),
    found: [troubles.join('; ') || quiet, unknown].filter((text) => text !== '').join('; '),
  };
}
