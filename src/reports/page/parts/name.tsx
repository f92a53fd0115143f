import type { VNode } from 'preact';

/** A name from data: text whatever it holds, its direction kept to itself, broken rather than wider than its place. */
export function Name({ text, code = false }: { readonly text: string; readonly code?: boolean }): VNode {
  return code ? (
    <code>
      <bdi class="name">{text}</bdi>
    </code>
  ) : (
    <bdi class="name">{text}</bdi>
  );
}
