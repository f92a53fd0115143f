import type { GalleryData, GalleryDatum } from '../../gallery/gallery-data.js';
import { drawCutout, drawErrors, drawIgnored, drawOn, type Layers } from './compose.js';
import { createStage } from './stage.js';
import { viewerParts } from './viewer-parts.js';

export interface Viewer {
  open(image: GalleryDatum, parameters: URLSearchParams): void;
  /** Without telling anybody. */
  close(): void;
  /** The images that previous and next go through. */
  follow(order: readonly GalleryDatum[]): void;
  /** What the address says of the view. */
  state(): Readonly<Record<string, string>>;
  readonly usual: Readonly<Record<string, string>>;
}

interface ViewerEvents {
  /** The view changed; gives the address that it has now. */
  moved(key: string): string;
  closed(key: string): void;
}

/** Browsers allow some hundred changes of the address in half a minute. */
const ADDRESS_AFTER_MS = 250;
/** Screen pixels that an arrow key pans by. */
const STEP = 60;
const FIELDS = ['view', 'left', 'right', 'back', 'colour', 'swipe'] as const;
const ZOOM_KEYS: Readonly<Record<string, number>> = { '+': 2, '=': 2, '-': 0.5 };

/** The dialog: one image in any view, of one source or swiped between two, zoomed down to the pixel. */
export function createViewer(
  data: GalleryData,
  shots: ReadonlyMap<string | undefined, HTMLElement>,
  events: ViewerEvents,
): Viewer {
  const parts = viewerParts();
  const { dialog, field } = parts;
  let order: readonly GalleryDatum[] = data.images;
  let current: GalleryDatum | null = null;
  let timer = 0;
  const [change] = data.changesOnly ? data.changes : [];
  const usual: Record<string, string> = {
    view: 'errors',
    left: data.sources[change?.before ?? 0] ?? 'truth',
    // Of a comparison, before and now are swiped between.
    right: change === undefined ? '' : (data.sources[change.now] ?? ''),
    back: 'checks',
    colour: field('colour').value,
    swipe: '50',
  };
  const remember = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      if (current !== null && dialog.open) parts.link.href = events.moved(current.key);
    }, ADDRESS_AFTER_MS);
  };
  const stage = createStage(parts.stage, parts.sheet, {
    moved(scale, { x, width }) {
      parts.zoom.value = `${scale >= 10 ? Math.round(scale) : Number(scale.toPrecision(2))}×`;
      parts.divider.style.left = `${x + (width * Number(field('swipe').value)) / 100}px`;
      remember();
    },
  });
  const swipe = (): void => {
    const share = field('swipe').value;
    parts.right.style.clipPath = `inset(0 0 0 ${share}%)`;
    parts.swipeText(field('left').value, field('right').value);
    const [scale, shift] = [parts.sheet.getBoundingClientRect(), parts.stage.getBoundingClientRect()];
    parts.divider.style.left = `${scale.left - shift.left + (scale.width * Number(share)) / 100}px`;
    remember();
  };
  const draw = async (): Promise<void> => {
    if (current === null) return;
    const image = current;
    const shot = shots.get(image.key);
    const { view, left, right, back, colour } = values();
    parts.offer(view, right);
    const sides = [
      [parts.left, left],
      [parts.right, right],
    ] as const;
    for (const [canvas, source] of sides) {
      canvas.hidden = source === '';
      if (source === '') continue;
      const layers = await layersOf(shot, data, source);
      // Somebody may have gone on while a picture was decoded.
      if (current !== image) return;
      paint(
        canvas,
        image,
        layers,
        source === 'picture' ? 'picture' : view,
        back === 'colour' ? colour : back,
      );
      canvas.ariaLabel = parts.describe(source === 'picture' ? 'picture' : view, source);
    }
    const absent = absenceOf(shot, data, left);
    parts.unavailable.hidden = absent === null || view === 'picture';
    parts.unavailable.textContent = absent ?? '';
    swipe();
  };
  const paint = (
    canvas: HTMLCanvasElement,
    { preview }: GalleryDatum,
    layers: Layers,
    view: string,
    backdrop: string,
  ): void => {
    [canvas.width, canvas.height] = preview;
    const context = canvas.getContext('2d', { alpha: false });
    if (context === null) return;
    if (view === 'errors') drawErrors(context, preview, layers, data.threshold);
    else if (view === 'cutout') drawCutout(context, preview, layers, backdrop);
    else {
      drawOn(context, preview, view === 'picture' ? layers.picture : layers.matte);
      if (view === 'matte' && layers.matte === layers.truth) drawIgnored(context, preview, layers.ignored);
    }
  };
  const values = (): Record<(typeof FIELDS)[number], string> =>
    Object.fromEntries(FIELDS.map((name) => [name, field(name).value])) as Record<
      (typeof FIELDS)[number],
      string
    >;
  const show = (image: GalleryDatum): void => {
    current = image;
    const at = order.indexOf(image);
    parts.fill(image, shots.get(image.key), at, order.length);
    stage.show(...image.preview);
    void draw();
    remember();
  };
  const step = (by: number): void => {
    if (current === null || order.length === 0) return;
    const at = order.indexOf(current);
    const next = order[(at + by + order.length) % order.length];
    if (next !== undefined) show(next);
  };
  const leave = (): void => {
    const key = current?.key;
    close();
    if (key !== undefined) events.closed(key);
  };
  const close = (): void => {
    clearTimeout(timer);
    current = null;
    if (dialog.open) dialog.close();
  };
  parts.tools.addEventListener('submit', (event) => event.preventDefault());
  dialog.addEventListener('input', (event) => {
    const { name } = event.target as HTMLInputElement;
    if (name === 'swipe') swipe();
    else {
      if (name === 'colour') field('back').value = 'colour';
      void draw();
    }
    remember();
  });
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    leave();
  });
  parts.on('close', leave);
  parts.on('previous', () => step(-1));
  parts.on('next', () => step(1));
  parts.on('in', () => stage.zoomBy(2));
  parts.on('out', () => stage.zoomBy(0.5));
  parts.on('fit', () => stage.fit());
  dialog.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    const target = event.target as HTMLElement;
    if (key === 'PageUp' || key === 'PageDown') step(key === 'PageUp' ? -1 : 1);
    else if (target.matches('input, select')) return;
    else if (key in ZOOM_KEYS) stage.zoomBy(ZOOM_KEYS[key] ?? 1);
    else if (key === '0') stage.fit();
    else if (key.startsWith('Arrow') && target === parts.stage && stage.zoomed) {
      if (key === 'ArrowLeft' || key === 'ArrowRight') stage.pan(key === 'ArrowLeft' ? STEP : -STEP, 0);
      else stage.pan(0, key === 'ArrowUp' ? STEP : -STEP);
    } else if (key === 'ArrowLeft' || key === 'ArrowRight') step(key === 'ArrowLeft' ? -1 : 1);
    else return;
    event.preventDefault();
  });
  parts.dragDivider((share) => {
    field('swipe').value = String(Math.round(share * 100));
    swipe();
  });
  return {
    open(image, parameters) {
      for (const name of FIELDS) {
        const place = field(name);
        place.value = parameters.get(name) ?? usual[name] ?? '';
        if (place.value === '' && name !== 'right') place.value = usual[name] ?? '';
      }
      if (!dialog.open) dialog.showModal();
      show(image);
      const [scale, x, y] = (parameters.get('at') ?? '').split(',').map(Number);
      if (scale !== undefined && x !== undefined && y !== undefined && scale > 0) stage.lookAt(scale, x, y);
      parts.stage.focus({ preventScroll: true });
    },
    close,
    follow: (images) => void (order = images),
    state() {
      const at = stage.view();
      return {
        ...values(),
        ...(at === null ? {} : { at: at.map((v) => Number(v.toPrecision(4))).join(',') }),
      };
    },
    usual,
  };
}

/** The pictures of one source: those that already stand in its strip. */
async function layersOf(shot: HTMLElement | undefined, data: GalleryData, source: string): Promise<Layers> {
  const load = async (selector: string): Promise<HTMLImageElement | null> => {
    const image = shot?.querySelector<HTMLImageElement>(`${selector} img`) ?? null;
    if (image === null) return null;
    image.loading = 'eager';
    try {
      await image.decode();
      return image;
    } catch {
      // a file that was moved away from the page; the strip shows its absence
      return null;
    }
  };
  const none = document.createElement('canvas');
  const truth = (await load('[data-part="truth"]')) ?? none;
  const at = data.sources.indexOf(source);
  return {
    picture: (await load('[data-part="picture"]')) ?? none,
    truth,
    ignored: await load('[data-part="ignored"]'),
    matte: source === 'truth' ? truth : await load(`[data-source="${at}"]`),
  };
}

function absenceOf(shot: HTMLElement | undefined, data: GalleryData, source: string): string | null {
  return shot?.querySelector(`[data-source="${data.sources.indexOf(source)}"] .absent`)?.textContent ?? null;
}
