import type { GalleryData } from '../../gallery/gallery-data.js';
import type { ListState } from './list.js';

interface ListControls {
  state(): ListState & Readonly<Record<string, string>>;
  /** What the address need not say. */
  readonly usual: Readonly<Record<string, string>>;
  set(parameters: URLSearchParams): void;
}

const NAMES = ['sort', 'metric', 'source', 'dataset', 'attribute', 'value', 'from', 'to', 'text'] as const;
type Field = HTMLInputElement | HTMLSelectElement;

/** The form above the strips. */
export function offerControls(data: GalleryData, changed: () => void): ListControls {
  const form = document.querySelector<HTMLFormElement>('#gallery-controls');
  const field = (name: string): Field | null => form?.querySelector<Field>(`[name="${name}"]`) ?? null;
  const usual: Record<string, string> = {
    sort: data.changesOnly ? 'regressed' : 'worst',
    metric: data.chosenBy ?? data.metrics[0]?.id ?? '',
  };
  const valueOf = (name: string): string => field(name)?.value ?? '';
  const set = (parameters: URLSearchParams): void => {
    for (const name of NAMES) {
      const place = field(name);
      if (place === null) continue;
      const value = parameters.get(name) ?? usual[name] ?? '';
      if (place.value !== value) place.value = value;
      // An address may name what this report does not have.
      if (place.value !== value) place.value = usual[name] ?? '';
      if (name === 'attribute') offerSlices(form, data, place.value);
    }
  };
  if (form !== null) {
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('input', (event) => {
      if ((event.target as Field).name === 'attribute') offerSlices(form, data, valueOf('attribute'));
      changed();
    });
    form.addEventListener('reset', (event) => {
      event.preventDefault();
      set(new URLSearchParams());
      changed();
    });
  }
  set(new URLSearchParams());
  return {
    state: () =>
      Object.fromEntries(NAMES.map((name) => [name, valueOf(name)])) as unknown as ReturnType<
        ListControls['state']
      >,
    usual,
    set,
  };
}

/** Words are chosen, numbers are bounded. */
function offerSlices(form: HTMLFormElement | null, data: GalleryData, attribute: string): void {
  const values = data.images.flatMap((image) => image.attributes[attribute] ?? []);
  const words = [...new Set(values.filter((value) => typeof value === 'string'))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const numbers = values.filter((value) => typeof value === 'number');
  const select = form?.querySelector<HTMLSelectElement>('[name="value"]');
  select?.replaceChildren(new Option('any', ''), ...words.map((word) => new Option(word, word)));
  for (const name of ['from', 'to'] as const) {
    const input = form?.querySelector<HTMLInputElement>(`[name="${name}"]`);
    if (input === null || input === undefined) continue;
    input.value = '';
    const end = numbers.length === 0 ? 0 : name === 'from' ? Math.min(...numbers) : Math.max(...numbers);
    input.placeholder = String(Number(end.toPrecision(3)));
  }
  form?.querySelector<HTMLElement>('.slice-value')?.toggleAttribute('hidden', words.length === 0);
  for (const range of form?.querySelectorAll('.slice-range') ?? []) {
    range.toggleAttribute('hidden', numbers.length === 0);
  }
}
