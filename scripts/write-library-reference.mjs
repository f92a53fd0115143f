// Writes docs/library-reference.md: everything that code can import, with its declaration, from what is compiled. `npm run schema`. A
// test compares, so that a change of the public face is seen.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'prettier';
import { declarationOf, kindOf, passedOn, surfaceOf } from './support/public-face.mjs';

const ROOT = join(import.meta.dirname, '..');

const DOORS = [
  {
    name: 'maskbench',
    file: 'index.d.ts',
    what: 'To run, read, compare, decide and report from code ([how](library.md)).',
  },
  { name: 'maskbench/plugin', file: 'plugin.d.ts', what: 'To write a plug-in with ([how](plugins.md)).' },
];
const KINDS = ['function', 'const', 'class', 'interface', 'type'];
/** Lines of a declaration that are shown. */
const SHOWN = 60;

/** @param {string} doc */
function textOf(doc) {
  const lines = doc
    .replaceAll(/^\/\*\*|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, ''));
  return lines
    .join('\n')
    .trim()
    .replaceAll(/^@(param|returns|throws)/gm, '\n- `@$1`')
    .replaceAll(/\{@link ([^}]*)\}/g, '$1')
    .replaceAll('<', '&lt;');
}

/** The declaration; of one too long for a page its beginning, and the sum of the whole. @param {string} text */
function shown(text) {
  const whole = text.replace(/^export\s+(declare\s+)?/, '').trimEnd();
  const lines = whole.split('\n');
  if (lines.length <= SHOWN) return whole;
  const sum = createHash('sha256').update(whole).digest('hex').slice(0, 16);
  return `${lines.slice(0, SHOWN).join('\n')}\n// ... ${lines.length} lines, sha256 ${sum}`;
}

/** The whole page. @returns {Promise<string>} */
export async function libraryReferencePage() {
  const parts = DOORS.map(({ name: door, file, what }) => {
    const path = join(ROOT, 'dist', file);
    const all = [...surfaceOf(path)].sort(([a], [b]) => (a < b ? -1 : 1));
    const kinds = KINDS.flatMap((kind) => {
      const of = all.filter(([, at]) => kindOf(at) === kind);
      return of.map(([name, at]) => {
        const { text, doc } = declarationOf(at) ?? { text: '', doc: '' };
        return `### \`${name}\` (${kind} of \`${door}\`)\n\n${textOf(doc)}\n\n\`\`\`ts\n${shown(text)}\n\`\`\`\n`;
      });
    });
    const others = [...passedOn(path)].map(([name, from]) => `\`${name}\` of ${from}`);
    const passed = others.length === 0 ? '' : `\n\nPassed on as they are: ${others.sort().join(', ')}.`;
    return `## \`${door}\`\n\n${what}${passed}\n\n${kinds.join('\n')}`;
  });
  const text = `# Everything that code can import

Written by \`npm run schema\` from the compiled declarations. Of long types, which schemas come to, the beginning stands here, and the sum of the whole.

${parts.join('\n')}`;
  const options = JSON.parse(readFileSync(join(ROOT, '.prettierrc.json'), 'utf8'));
  return format(text, { parser: 'markdown', ...options });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const text = await libraryReferencePage();
  writeFileSync(join(ROOT, 'docs/library-reference.md'), text);
  console.log(
    `docs/library-reference.md: ${text.split('\n').filter((line) => line.startsWith('### ')).length} names`,
  );
}
