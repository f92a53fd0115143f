import type { VNode } from 'preact';
import type { Gallery } from '../../../schema/gallery.js';
import { Notes } from '../parts/data-table.js';
import { Controls } from './controls.js';
import { Shot } from './shot.js';
import { Viewer } from './viewer.js';

/**
 * The pictures: for every chosen image a strip of picture, ground truth and mattes with its numbers. The script sorts
 * and filters the strips, and opens one in the viewer; without it they stand there as they are, all of them.
 */
export function GalleryView({ gallery }: { readonly gallery: Gallery }): VNode {
  const { images, missing, notKept, metrics, chosenBy } = gallery;
  const metric = metrics.findIndex(({ id }) => id === chosenBy);
  return (
    <div class="gallery">
      <p class="caption">{choiceInWords(gallery)}</p>
      <Controls gallery={gallery} />
      <p class="status" id="gallery-status" role="status" />
      <ol class="shots" id="gallery-shots">
        {images.map((image) => (
          <Shot gallery={gallery} image={image} metric={metric} />
        ))}
      </ol>
      <button type="button" class="more" id="gallery-more" hidden />
      <Notes notes={[...missingInWords(missing), ...notKeptInWords(notKept)]} />
      <Viewer gallery={gallery} />
    </div>
  );
}

function choiceInWords({ images, available, changes, changesOnly, chosenBy, metrics }: Gallery): string {
  const by = metrics.find(({ id }) => id === chosenBy)?.name ?? 'none, since nothing is scored';
  if (changesOnly)
    return `${images.length} of ${available} images: those whose ${by} changed most, worse or better.`;
  if (images.length >= available) return `All ${images.length} images.`;
  const changed = changes.length > 0 ? ', those that changed most,' : '';
  return `${images.length} of ${available} images: by ${by} the worst and the best of every model on every dataset${changed} and those on which the models disagree most.`;
}

function notKeptInWords(count: number): readonly string[] {
  if (count === 0) return [];
  const [what, cells] =
    count === 1 ? ['1 matte is not shown', '1 cell'] : [`${count} mattes are not shown`, `${count} cells`];
  return [
    `${what}: the run was not to keep all of them. "maskbench resume" with --mattes all (or worst:N) --repredict would predict at least ${cells} again.`,
  ];
}

const MISSING_NAMED = 3;

function missingInWords(missing: Gallery['missing']): readonly string[] {
  const more = missing.length - MISSING_NAMED;
  return [
    ...missing
      .slice(0, MISSING_NAMED)
      .map(({ dataset, id, reason }) => `${dataset} / ${id} cannot be shown: ${reason}.`),
    ...(more > 0 ? [`${more} more cannot be shown either.`] : []),
  ];
}
