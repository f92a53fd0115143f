/** The data that a section's `data` gave, or null where the page has none. */
export function sectionData<T>(id: string): T | null {
  const text = document.querySelector(`#data-${id}`)?.textContent;
  return text === undefined || text === null ? null : (JSON.parse(text) as T);
}
