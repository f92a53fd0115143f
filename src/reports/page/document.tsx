import { createHash } from 'node:crypto';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { escapeControls } from '../../core/errors.js';
import { STYLESHEET } from './style/index.js';

interface PageDocument {
  readonly title: string;
  readonly body: VNode;
  /** Plain JSON by the id of its block. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** The bundled client; without it the page is static. */
  readonly script?: string;
}

/** Before anything is painted: sets the chosen theme, and says that there is script, so that its controls have room. */
const BOOT = `document.documentElement.classList.add('scripted');try{const t=localStorage.getItem('maskbench-theme');if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch{}`;

/**
 * One self-contained HTML file: one stylesheet, at most one script, no request to anywhere. Whatever a name holds stays
 * text: markup is escaped by the renderer, control and direction characters here.
 */
export function renderDocument({ title, body, data = {}, script = '' }: PageDocument): string {
  const scripts = script === '' ? [] : [BOOT, script];
  const [boot, client] = scripts.map((text) => `<script>${text}</script>`);
  const blocks = Object.entries(data).map(
    ([id, value]) => `<script type="application/json" id="data-${id}">${jsonText(value)}</script>\n`,
  );
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy(scripts)}">
${renderToString(<title>{`${title} - Maskbench`}</title>)}
<style>${STYLESHEET}</style>
${boot ?? ''}
</head>
<body>
${renderToString(body)}
${script === '' ? '' : blocks.join('')}${client ?? ''}
</body>
</html>
`;
  return html
    .split('\n')
    .map((line) => escapeControls(line))
    .join('\n');
}

/** Scripts by their hash: nothing that came in with data would run. */
function policy(scripts: readonly string[]): string {
  const hashes = scripts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  return [
    "default-src 'none'",
    "img-src 'self' data: blob:",
    "style-src 'unsafe-inline'",
    ...(hashes.length === 0 ? [] : [`script-src ${hashes.join(' ')}`]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** JSON that ends no script element. */
function jsonText(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
