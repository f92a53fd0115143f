// Fails if a relative link or an anchor in a Markdown file leads nowhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const pages = [
  ...readdirSync(root).filter((file) => file.endsWith('.md')),
  ...['docs', 'samples', 'reports', 'bench'].flatMap((folder) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.md'))
          .map((file) => join(folder, file))
      : [],
  ),
];

/**
 * The anchors that GitHub gives to a page's headings.
 *
 * @param {string} path
 */
function anchorsOf(path) {
  const headings = readFileSync(path, 'utf8')
    .replace(/^```.*?^```/gms, '')
    .matchAll(/^#{1,6} +(.+)$/gm);
  return new Set(
    [...headings].map(([, text]) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}

let links = 0;
const broken = [];
for (const page of pages) {
  const text = readFileSync(join(root, page), 'utf8')
    .replace(/^```.*?^```/gms, '')
    .replace(/`[^`\n]*`/g, '');
  for (const [, target] of text.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)) {
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) continue;
    links++;
    const [file, anchor] = target.split('#');
    const path = file === '' ? join(root, page) : resolve(root, dirname(page), decodeURIComponent(file));
    if (!existsSync(path)) broken.push(`${page}: ${target}: no such file`);
    else if (anchor && path.endsWith('.md') && !anchorsOf(path).has(anchor))
      broken.push(`${page}: ${target}: no such heading`);
  }
}
for (const line of broken) console.error(line);
console.log(`${pages.length} pages, ${links} relative links, ${broken.length} broken`);
process.exitCode = broken.length > 0 ? 1 : 0;
