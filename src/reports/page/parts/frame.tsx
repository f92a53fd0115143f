import type { VNode } from 'preact';

/** The frame of a page beside a run's; the theme's button shows itself where there is a script. */
export function Frame({ children }: { readonly children: unknown }): VNode {
  return (
    <>
      <header class="top">
        <p class="brand">Maskbench</p>
        <span class="room" />
        <button type="button" id="theme" class="theme" hidden>
          Theme
        </button>
      </header>
      <main id="main">{children as VNode}</main>
    </>
  );
}
