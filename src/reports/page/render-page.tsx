import type { VNode } from 'preact';
import type { PageInput } from '../../schema/page-input.js';
import { renderDocument } from './document.js';
import { Name } from './parts/name.js';
import type { Section } from './section.js';
import { SECTIONS } from './sections/index.js';

/** What does not come from a run. */
export interface PageAssets {
  /** The bundled client script; without it the page is static. */
  readonly script?: string;
}

/** The report of one or several runs as one self-contained page, readable without script. */
export function renderPage(input: PageInput, { script = '' }: PageAssets = {}): string {
  const shown = SECTIONS.flatMap((section) => {
    const content = section.render(input);
    return content === null ? [] : [{ section, content }];
  });
  const data = Object.fromEntries(
    shown.flatMap(({ section }) => (section.data === undefined ? [] : [[section.id, section.data(input)]])),
  );
  const title = [...new Set(input.runs.map(({ summary }) => summary.name))].join(', ');
  return renderDocument({ title, body: <Body title={title} shown={shown} input={input} />, data, script });
}

interface Shown {
  readonly section: Section;
  readonly content: VNode;
}

function Body(props: {
  readonly title: string;
  readonly shown: readonly Shown[];
  readonly input: PageInput;
}): VNode {
  const { title, shown, input } = props;
  return (
    <>
      <a class="skip" href="#main">
        Skip to the report
      </a>
      <header class="top">
        <p class="brand">Maskbench</p>
        <nav aria-label="Contents">
          <ul>
            {shown.map(({ section }) => (
              <li>
                <a href={`#${section.id}`}>{section.title}</a>
              </li>
            ))}
          </ul>
        </nav>
        <button type="button" id="theme" class="theme" hidden>
          Theme
        </button>
      </header>
      <main id="main">
        <h1>
          <Name text={title} />
        </h1>
        {shown.map(({ section, content }) => (
          <section id={section.id} aria-labelledby={`${section.id}-title`}>
            {section.isFolded === true ? (
              <details class="fold">
                <summary>
                  <h2 id={`${section.id}-title`}>{section.title}</h2>
                </summary>
                {content}
              </details>
            ) : (
              <>
                <h2 id={`${section.id}-title`}>{section.title}</h2>
                {content}
              </>
            )}
          </section>
        ))}
      </main>
      <footer class="foot">
        {input.runs.map(({ summary }) => (
          <p>
            Made by Maskbench {summary.maskbenchVersion}, run of {summary.createdAt}
          </p>
        ))}
      </footer>
    </>
  );
}
