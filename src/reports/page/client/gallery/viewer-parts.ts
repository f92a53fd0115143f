import type { GalleryDatum } from '../../gallery/gallery-data.js';

/** The elements of the viewer's dialog, and what is written into them. */
interface ViewerParts {
  readonly dialog: HTMLDialogElement;
  readonly tools: HTMLFormElement;
  readonly stage: HTMLElement;
  readonly sheet: HTMLElement;
  readonly left: HTMLCanvasElement;
  readonly right: HTMLCanvasElement;
  readonly divider: HTMLElement;
  readonly zoom: HTMLOutputElement;
  readonly link: HTMLAnchorElement;
  readonly unavailable: HTMLElement;
  /** A select, an input, or a group of radio buttons. */
  field(name: string): { value: string };
  on(button: 'close' | 'previous' | 'next' | 'in' | 'out' | 'fit', click: () => void): void;
  /** Title, place in the list, and the numbers: those of the strip. */
  fill(image: GalleryDatum, shot: HTMLElement | undefined, at: number, of: number): void;
  /** Shows what the view has use for. */
  offer(view: string, right: string): void;
  swipeText(left: string, right: string): void;
  describe(view: string, source: string): string;
  /** Gives the share of the sheet's width that the divider was dragged to, 0..1. */
  dragDivider(moved: (share: number) => void): void;
}

export function viewerParts(): ViewerParts {
  const dialog = part<HTMLDialogElement>('#gallery-viewer');
  const [tools, stage, sheet, divider] = [
    part<HTMLFormElement>('#viewer-tools'),
    part('#viewer-stage'),
    part('#viewer-sheet'),
    part('#viewer-divider'),
  ];
  const field = (name: string): { value: string } =>
    (tools.elements.namedItem(name) as unknown as { value: string } | null) ??
    part<HTMLInputElement>(`#gallery-viewer [name="${name}"]`);
  return {
    dialog,
    tools,
    stage,
    sheet,
    divider,
    left: part<HTMLCanvasElement>('#viewer-left'),
    right: part<HTMLCanvasElement>('#viewer-right'),
    zoom: part<HTMLOutputElement>('#viewer-zoom'),
    link: part<HTMLAnchorElement>('#viewer-link'),
    unavailable: part('#viewer-unavailable'),
    field,
    on: (button, click) => part(`#viewer-${button}`).addEventListener('click', click),
    fill({ dataset, size, preview }, shot, at, of) {
      // The strip's own text, in which control and direction characters are visible already.
      part('#viewer-title').textContent = shot?.querySelector('h3 a')?.textContent ?? '';
      const reduced = preview[0] < size[0] ? `, shown at ${preview[0]} × ${preview[1]}` : '';
      part('#viewer-place').textContent =
        `${at < 0 ? 'not in the list' : `${at + 1} of ${of}`} · ${dataset} · ${size[0]} × ${size[1]}${reduced}`;
      const numbers = shot?.querySelector('.numbers')?.cloneNode(true) as HTMLElement | undefined;
      numbers?.querySelector('summary')?.remove();
      part('#viewer-figures').replaceChildren(...(numbers?.childNodes ?? []));
    },
    offer(view, right) {
      part('.backdrops').toggleAttribute('hidden', view !== 'cutout');
      part('#viewer-legend').toggleAttribute('hidden', view !== 'errors');
      part('#viewer-swipe').toggleAttribute('hidden', right === '');
      divider.hidden = right === '';
    },
    swipeText(left, right) {
      part('#viewer-swipe-left').textContent = inWords(left);
      part('#viewer-swipe-right').textContent = inWords(right);
    },
    describe: (view, source) =>
      view === 'picture' ? 'Picture' : `${VIEWS[view] ?? view} of ${inWords(source)}`,
    dragDivider(moved) {
      divider.addEventListener('pointerdown', (event) => {
        event.stopPropagation();
        divider.setPointerCapture(event.pointerId);
      });
      divider.addEventListener('pointermove', (event) => {
        if (!divider.hasPointerCapture(event.pointerId)) return;
        const { left, width } = sheet.getBoundingClientRect();
        moved(Math.min(1, Math.max(0, (event.clientX - left) / width)));
      });
    },
  };
}

const VIEWS: Readonly<Record<string, string>> = { errors: 'Errors', matte: 'Matte', cutout: 'Cut-out' };

function inWords(source: string): string {
  return source === 'truth' ? 'Ground truth' : source === 'picture' ? 'Picture' : source;
}

/** The markup has every part; a page without one is a page of another version. */
function part<T extends HTMLElement = HTMLElement>(selector: string): T {
  const found = document.querySelector<T>(selector);
  if (found === null) throw new Error(`the gallery has no ${selector}`);
  return found;
}
