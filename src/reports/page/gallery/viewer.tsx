import type { VNode } from 'preact';
import type { Gallery } from '../../../schema/gallery.js';

/** The dialog in which one image is looked at. Its script fills it; a closed dialog shows nothing. */
export function Viewer({ gallery }: { readonly gallery: Gallery }): VNode {
  const { sources, threshold, images } = gallery;
  return (
    <dialog class="viewer" id="gallery-viewer" aria-labelledby="viewer-title">
      <header>
        <h2 id="viewer-title" />
        <p id="viewer-place" class="soft" />
        <div class="buttons">
          <button type="button" id="viewer-previous" aria-label="Previous image">
            ←
          </button>
          <button type="button" id="viewer-next" aria-label="Next image">
            →
          </button>
          <button type="button" id="viewer-close" aria-label="Close">
            ✕
          </button>
        </div>
      </header>
      <form class="tools" id="viewer-tools">
        <fieldset class="segments">
          <legend class="unseen">View</legend>
          {VIEWS.map(({ value, label }) => (
            <label>
              <input type="radio" name="view" value={value} />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
        <label>
          <span class="side-label">Of</span>{' '}
          <select name="left">
            {sources.map(({ label }) => (
              <option value={label}>{label}</option>
            ))}
            <option value="truth">Ground truth</option>
          </select>
        </label>
        <label>
          swipe to{' '}
          <select name="right">
            <option value="">nothing</option>
            {sources.map(({ label }) => (
              <option value={label}>{label}</option>
            ))}
            <option value="truth">Ground truth</option>
            <option value="picture">Picture</option>
          </select>
        </label>
        <fieldset class="segments backdrops">
          <legend class="unseen">Background of the cut-out</legend>
          {['checks', 'white', 'black', 'colour'].map((value) => (
            <label>
              <input type="radio" name="back" value={value} />
              <span>{value}</span>
            </label>
          ))}
          <input type="color" name="colour" value="#1f9d55" aria-label="Colour of the background" />
        </fieldset>
      </form>
      <div
        class="stage"
        id="viewer-stage"
        tabindex={0}
        role="group"
        aria-labelledby="viewer-title"
        aria-describedby="viewer-hint"
      >
        <div class="sheet" id="viewer-sheet">
          <canvas id="viewer-left" role="img" aria-label="" />
          <canvas id="viewer-right" role="img" aria-label="" hidden />
        </div>
        <div class="divider" id="viewer-divider" hidden />
        <p class="unavailable" id="viewer-unavailable" hidden />
      </div>
      <div class="below">
        <label class="swipe" id="viewer-swipe" hidden>
          <span id="viewer-swipe-left" />
          <input
            type="range"
            name="swipe"
            min="0"
            max="100"
            value="50"
            step="1"
            aria-label="Where the two meet, in percent from the left"
          />
          <span id="viewer-swipe-right" />
        </label>
        <div class="zooms" role="group" aria-label="Zoom">
          <button type="button" id="viewer-out" aria-label="Zoom out">
            −
          </button>
          <output id="viewer-zoom" aria-label="Pixels of the screen for a pixel of the preview" />
          <button type="button" id="viewer-in" aria-label="Zoom in">
            +
          </button>
          <button type="button" id="viewer-fit">
            Fit
          </button>
        </div>
        <ul class="legend" id="viewer-legend" hidden>
          <li class="missed">missed</li>
          <li class="invented">invented</li>
          <li class="soft-error">soft error: right side of {threshold}, wrong value</li>
          {images.some(({ ignored }) => ignored !== null) ? (
            <li class="ignored">ignored: counts nowhere</li>
          ) : null}
        </ul>
        <a id="viewer-link" href="#gallery">
          Link to this view
        </a>
        <p class="hint" id="viewer-hint">
          Arrow keys: next image, or pan when zoomed in. Page up, page down: next image. + − 0: zoom. Escape:
          close.
        </p>
      </div>
      <div class="figures" id="viewer-figures" />
    </dialog>
  );
}

const VIEWS = [
  { value: 'errors', label: 'Errors' },
  { value: 'matte', label: 'Matte' },
  { value: 'cutout', label: 'Cut-out' },
  { value: 'picture', label: 'Picture' },
] as const;
