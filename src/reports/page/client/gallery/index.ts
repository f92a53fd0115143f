import type { GalleryData } from '../../gallery/gallery-data.js';
import { sectionData } from '../section-data.js';
import { formatPlace, readPlace, replaceHash } from './hash.js';
import { arrange } from './list.js';
import { offerControls } from './controls.js';
import { createViewer } from './viewer.js';

/** Strips shown before more are asked for: a page with hundreds of pictures would scroll badly. */
const SHOWN = 10;

/** Makes the gallery sort, filter and open; every state of it has an address. */
export function enhanceGallery(): void {
  const data = sectionData<GalleryData>('gallery');
  const list = document.querySelector<HTMLOListElement>('#gallery-shots');
  if (data === null || list === null) return;
  const status = document.querySelector<HTMLElement>('#gallery-status');
  const more = document.querySelector<HTMLButtonElement>('#gallery-more');
  const shots = new Map(
    [...list.children].map((shot) => [(shot as HTMLElement).dataset['key'], shot as HTMLElement]),
  );
  let order = data.images;
  let shown = SHOWN;

  const show = (): void => {
    order.forEach(({ key }, i) => {
      const shot = shots.get(key);
      if (shot !== undefined) shot.hidden = i >= shown;
    });
    const left = order.length - shown;
    if (more !== null) {
      more.hidden = left <= 0;
      more.textContent = `Show ${Math.min(left, SHOWN)} more`;
    }
    if (status !== null) {
      const upTo = Math.min(shown, order.length);
      status.textContent =
        order.length === 0 ? 'No image passes these filters.' : `${upTo} of ${order.length} images shown`;
    }
  };
  const rearrange = (): void => {
    const state = controls.state();
    order = arrange(data, state);
    const wanted = order.flatMap(({ key }) => shots.get(key) ?? []);
    list.replaceChildren(...wanted);
    shown = SHOWN;
    showValues(data, shots, state.metric);
    show();
    // Picture by picture through what is listed, in its order.
    viewer.follow(order);
  };
  const address = (key: string | null): string =>
    formatPlace(
      key,
      { ...controls.state(), ...(key === null ? {} : viewer.state()) },
      { ...controls.usual, ...viewer.usual },
    );
  const viewer = createViewer(data, shots, {
    moved: (key) => {
      const hash = address(key);
      replaceHash(hash);
      return hash;
    },
    closed: (key) => {
      replaceHash(address(null));
      const shot = shots.get(key);
      const at = order.findIndex((image) => image.key === key);
      if (at >= shown) {
        shown = at + 1;
        show();
      }
      shot?.querySelector<HTMLAnchorElement>('h3 a')?.focus({ preventScroll: true });
      shot?.scrollIntoView({ block: 'nearest' });
    },
  });
  const controls = offerControls(data, () => {
    rearrange();
    replaceHash(address(null));
  });
  const go = (): void => {
    const place = readPlace(location.hash);
    if (place === null) {
      viewer.close();
      return;
    }
    controls.set(place.parameters);
    rearrange();
    const open = data.images.find(({ key }) => key === place.key);
    if (open === undefined) viewer.close();
    else viewer.open(open, place.parameters);
    if (open === undefined) document.querySelector('#gallery')?.scrollIntoView();
  };
  more?.addEventListener('click', () => {
    const first = order[shown]?.key;
    shown += SHOWN;
    show();
    shots
      .get(first ?? '')
      ?.querySelector<HTMLAnchorElement>('h3 a')
      ?.focus();
  });
  list.addEventListener('click', (event) => {
    const part = partOf(event.target as Element);
    if (part === null) return;
    event.preventDefault();
    location.hash = formatPlace(part.key, { ...controls.state(), ...part.view }, controls.usual);
  });
  window.addEventListener('hashchange', go);
  rearrange();
  if (readPlace(location.hash) !== null) go();
}

/** What a click on a heading or on a picture of a strip asks to see. */
function partOf(
  target: Element,
): { readonly key: string; readonly view: Readonly<Record<string, string>> } | null {
  const key = target.closest<HTMLElement>('.shot')?.dataset['key'];
  const figure = target.closest<HTMLElement>('figure[data-part]');
  if (key === undefined) return null;
  if (figure === null) return target.closest('h3 a') === null ? null : { key, view: {} };
  const label = figure.querySelector('figcaption bdi')?.textContent ?? '';
  switch (figure.dataset['part']) {
    case 'matte':
      return { key, view: { left: label } };
    case 'truth':
    case 'ignored':
      return { key, view: { view: 'matte', left: 'truth' } };
    default:
      return { key, view: { view: 'picture' } };
  }
}

function showValues(
  data: GalleryData,
  shots: ReadonlyMap<string | undefined, HTMLElement>,
  metric: string,
): void {
  const m = data.metrics.findIndex(({ id }) => id === metric);
  for (const { key, values } of data.images) {
    for (const figure of shots.get(key)?.querySelectorAll<HTMLElement>('figure[data-source]') ?? []) {
      const value = values[Number(figure.dataset['source'])]?.[m] ?? null;
      const place = figure.querySelector('.value');
      if (place !== null) place.textContent = formatValue(value);
    }
  }
}

/** As the static markup has it: three decimals below ten. */
function formatValue(value: number | null): string {
  return value === null ? '-' : Math.abs(value) < 10 ? value.toFixed(3) : value.toPrecision(4);
}
