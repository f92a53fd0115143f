/** Opens a folded section that somebody goes to, and all of them on paper. */
export function openFolds(): void {
  const openNamed = (): void => {
    const id = decodeURIComponent(location.hash.slice(1));
    const fold =
      id === '' ? null : document.getElementById(id)?.querySelector<HTMLDetailsElement>('details.fold');
    if (fold) fold.open = true;
  };
  addEventListener('hashchange', openNamed);
  // A link to where one is already changes no hash.
  document.querySelector('.top nav')?.addEventListener('click', () => setTimeout(openNamed));
  addEventListener('beforeprint', () => {
    for (const fold of document.querySelectorAll<HTMLDetailsElement>('details.fold')) fold.open = true;
  });
  openNamed();
}
