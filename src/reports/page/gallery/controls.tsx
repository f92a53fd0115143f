import type { VNode } from 'preact';
import type { Gallery } from '../../../schema/gallery.js';
import { inWords } from './shot.js';

/** How the strips are sorted and which are shown. Not displayed without a script that listens. */
export function Controls({ gallery }: { readonly gallery: Gallery }): VNode {
  const { metrics, sources, changes, chosenBy, images } = gallery;
  const datasets = [...new Set(images.map(({ dataset }) => dataset))];
  const attributes = [...new Set(images.flatMap((image) => Object.keys(image.attributes)))];
  return (
    <form class="controls" id="gallery-controls">
      <Choice name="sort" label="Sort">
        <option value="worst">worst first</option>
        <option value="best">best first</option>
        <option value="disagreed">most disagreed on</option>
        {changes.length === 0 ? null : (
          <>
            <option value="regressed">most regressed</option>
            <option value="improved">most improved</option>
          </>
        )}
        <option value="chosen">as chosen</option>
        <option value="name">by name</option>
      </Choice>
      <Choice name="metric" label="by">
        {metrics.map(({ id, name, protocol }) => (
          <option value={id} selected={id === chosenBy}>
            {id.startsWith(`${protocol}.`) ? `${name} (${protocol})` : name}
          </option>
        ))}
      </Choice>
      <Choice name="source" label="of">
        <option value="">any model</option>
        {sources.map(({ label }) => (
          <option value={label}>{label}</option>
        ))}
      </Choice>
      <Choice name="dataset" label="Dataset">
        <option value="">all</option>
        {datasets.map((dataset) => (
          <option value={dataset}>{dataset}</option>
        ))}
      </Choice>
      <Choice name="attribute" label="Slice">
        <option value="">all</option>
        {attributes.map((name) => (
          <option value={name}>{inWords(name)}</option>
        ))}
      </Choice>
      <label class="slice-value" hidden>
        is <select name="value" />
      </label>
      <label class="slice-range" hidden>
        from <input type="number" name="from" step="any" />
      </label>
      <label class="slice-range" hidden>
        to <input type="number" name="to" step="any" />
      </label>
      <label>
        Name{' '}
        <input
          type="search"
          name="text"
          placeholder="part of the name"
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <button type="reset">Reset</button>
    </form>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly children: unknown;
}

function Choice({ name, label, children }: ChoiceProps): VNode {
  return (
    <label>
      {label} <select name={name}>{children as VNode}</select>
    </label>
  );
}
