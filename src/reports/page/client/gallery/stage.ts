/** Where the sheet lies on the stage: screen pixels per pixel of the sheet, and the sheet's corner on the stage. */
export interface Stage {
  /** Sets the sheet's size and fits it in. */
  show(width: number, height: number): void;
  zoomBy(factor: number): void;
  fit(): void;
  /** Whether more of the sheet is there than the stage shows. */
  readonly zoomed: boolean;
  /** In screen pixels. */
  pan(x: number, y: number): void;
  /** Screen pixels per sheet pixel, and the sheet's point in the middle of the stage; null where all is in view. */
  view(): readonly [scale: number, x: number, y: number] | null;
  lookAt(scale: number, x: number, y: number): void;
}

interface StageEvents {
  /** After every change of place: screen pixels per sheet pixel, and the sheet's rectangle on the stage. */
  moved(scale: number, rectangle: { readonly x: number; readonly y: number; readonly width: number }): void;
}

/** Largest magnification: 32 screen pixels for one of the sheet. */
const LARGEST = 32;

/** Zooms by wheel, pinch and call, pans by drag and call; the sheet never leaves the stage. */
export function createStage(stage: HTMLElement, sheet: HTMLElement, events: StageEvents): Stage {
  let [width, height] = [1, 1];
  let [scale, x, y] = [1, 0, 0];
  const fitting = (): number => Math.min(LARGEST, stage.clientWidth / width, stage.clientHeight / height);
  const place = (): void => {
    const [w, h] = [width * scale, height * scale];
    const [room, rise] = [stage.clientWidth - w, stage.clientHeight - h];
    x = room >= 0 ? room / 2 : Math.min(0, Math.max(room, x));
    y = rise >= 0 ? rise / 2 : Math.min(0, Math.max(rise, y));
    sheet.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    // From two screen pixels on, a pixel is shown as the square that it is.
    sheet.classList.toggle('pixelated', scale * devicePixelRatio >= 2);
    events.moved(scale, { x, y, width: w });
  };
  const zoomAt = (factor: number, atX: number, atY: number): void => {
    const smallest = Math.min(1, fitting());
    const next = Math.min(LARGEST, Math.max(smallest, scale * factor));
    x = atX - ((atX - x) * next) / scale;
    y = atY - ((atY - y) * next) / scale;
    scale = next;
    place();
  };
  const fit = (): void => {
    scale = fitting();
    place();
  };
  const self: Stage = {
    show(toWidth, toHeight) {
      [width, height] = [toWidth, toHeight];
      sheet.style.width = `${width}px`;
      sheet.style.height = `${height}px`;
      fit();
    },
    zoomBy: (factor) => zoomAt(factor, stage.clientWidth / 2, stage.clientHeight / 2),
    fit,
    get zoomed() {
      return scale > fitting() * 1.001;
    },
    pan(byX, byY) {
      x += byX;
      y += byY;
      place();
    },
    view: () =>
      self.zoomed ? [scale, (stage.clientWidth / 2 - x) / scale, (stage.clientHeight / 2 - y) / scale] : null,
    lookAt(toScale, toX, toY) {
      scale = Math.min(LARGEST, Math.max(fitting(), toScale));
      x = stage.clientWidth / 2 - toX * scale;
      y = stage.clientHeight / 2 - toY * scale;
      place();
    },
  };
  stage.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const { left, top } = stage.getBoundingClientRect();
      zoomAt(Math.exp(-event.deltaY / 400), event.clientX - left, event.clientY - top);
    },
    { passive: false },
  );
  followPointers(stage, self, zoomAt);
  new ResizeObserver(() => (self.zoomed ? place() : fit())).observe(stage);
  return self;
}

/** One pointer drags, two pinch. */
function followPointers(
  stage: HTMLElement,
  { pan }: Stage,
  zoomAt: (factor: number, x: number, y: number) => void,
): void {
  const pointers = new Map<number, readonly [number, number]>();
  stage.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    stage.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, [event.clientX, event.clientY]);
  });
  stage.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    if (before === undefined) return;
    const now = [event.clientX, event.clientY] as const;
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, now);
    if (other === undefined) pan(now[0] - before[0], now[1] - before[1]);
    else {
      const { left, top } = stage.getBoundingClientRect();
      const apart = (point: readonly [number, number]): number =>
        Math.hypot(point[0] - other[0], point[1] - other[1]);
      zoomAt(
        apart(now) / Math.max(1, apart(before)),
        (now[0] + other[0]) / 2 - left,
        (now[1] + other[1]) / 2 - top,
      );
    }
  });
  const lift = (event: PointerEvent): void => void pointers.delete(event.pointerId);
  for (const end of ['pointerup', 'pointercancel'] as const) stage.addEventListener(end, lift);
}
