// Without the schema: the threads that score read masks, and check no documents.
import type { MaskReading } from './mask-values.js';

/** What a mask is read as where nobody knows better: 8-bit grey, 0 background to 255 foreground. */
export const PLAIN_OPACITY: MaskReading = { as: 'opacity', channel: 'grey' };

/** For signatures and messages: `labels(1,2),ignore(255),index`; undefined for opacity read in the ordinary way. */
export function readingText(reading: MaskReading): string | undefined {
  const { as, labels = [], threshold, ignore = [], channel: from } = reading;
  const parts = [
    as === 'labels' ? `labels(${labels.join(',')})` : as === 'threshold' ? `threshold(${threshold})` : as,
    ...(ignore.length > 0 ? [`ignore(${ignore.join(',')})`] : []),
    ...(['cutout', 'grey', 'any'].includes(from) ? [] : [from]),
  ];
  return parts.length === 1 && as === 'opacity' ? undefined : parts.join(',');
}
