/**
 * Whether a text is well-formed XML of the kind that reports use: one root, tags that close in order, attributes quoted
 * and each once, no bare `<` or `&`, no character that XML forbids. Returns what is wrong, or null.
 */
export function xmlFault(xml: string): string | null {
  // oxlint-disable-next-line no-control-regex -- the characters that XML forbids are what this looks for
  const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.exec(xml);
  if (forbidden !== null) return `forbidden character at ${forbidden.index}`;
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const token = /<(\/?)([A-Za-z][\w-]*)((?:\s+[A-Za-z][\w-]*="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  const open: string[] = [];
  let roots = 0;
  let at = 0;
  for (let match = token.exec(body); match !== null; match = token.exec(body)) {
    at = token.lastIndex;
    const [, close, name = '', attributes = '', empty, text] = match;
    const said = text ?? attributes;
    if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(said)) return `bare & in ${said}`;
    if (text !== undefined) {
      if (open.length === 0 && text.trim() !== '') return `text outside the root: ${text}`;
      continue;
    }
    const names = [...attributes.matchAll(/([\w-]+)="/g)].map(([, one]) => one);
    if (new Set(names).size < names.length) return `an attribute twice in <${name}>`;
    if (close === '/') {
      if (open.pop() !== name) return `</${name}> closes nothing`;
      continue;
    }
    if (open.length === 0) roots++;
    if (empty !== '/') open.push(name);
  }
  if (at !== body.length) return `no XML from ${JSON.stringify(body.slice(at, at + 40))}`;
  if (open.length > 0) return `<${open.at(-1)}> is not closed`;
  return roots === 1 ? null : `${roots} roots`;
}
