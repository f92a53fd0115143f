import type { VNode } from 'preact';

/** After these a long name may go on in the next line, before it is cut within a word. */
const BREAKS = /(?<=[/_#|])(?=[^/_#|\s])/;

/** A name from data: text whatever it holds, its direction kept to itself, broken rather than wider than its place. */
export function Name({ text, code = false }: { readonly text: string; readonly code?: boolean }): VNode {
  const name = (
    <bdi class="name">{text.split(BREAKS).flatMap((part, i) => (i === 0 ? [part] : [<wbr />, part]))}</bdi>
  );
  return code ? <code>{name}</code> : name;
}
