const KEY = 'maskbench-theme';

/** A button that goes from the system's theme to light, dark, and back; remembered where the browser keeps things. */
export function offerThemes(): void {
  const button = document.querySelector<HTMLButtonElement>('#theme');
  if (button === null) return;
  const root = document.documentElement;
  const say = (): void => {
    const theme = root.dataset['theme'] ?? 'system';
    button.textContent = { system: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' }[theme] ?? '';
  };
  button.hidden = false;
  button.addEventListener('click', () => {
    const now = root.dataset['theme'];
    if (now === undefined) root.dataset['theme'] = 'light';
    else if (now === 'light') root.dataset['theme'] = 'dark';
    else delete root.dataset['theme'];
    keep(root.dataset['theme']);
    say();
  });
  say();
}

function keep(theme: string | undefined): void {
  try {
    if (theme === undefined) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // a browser that keeps nothing for files still has the theme until the page is closed
  }
}
