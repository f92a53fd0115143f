import type { VNode } from 'preact';
import type { Comparison } from '../../schema/comparison.js';
import type { Gallery } from '../../schema/gallery.js';
import type { GateOutcome, PairVerdict } from '../../schema/verdict.js';
import { renderDocument } from '../page/document.js';
import { galleryData } from '../page/gallery/gallery-data.js';
import { GalleryView } from '../page/gallery/gallery-view.js';
import { DataTable } from '../page/parts/data-table.js';
import { Frame } from '../page/parts/frame.js';
import { Name } from '../page/parts/name.js';
import type { PageAssets } from '../page/render-page.js';
import {
  headline,
  imageLine,
  judgedLine,
  promiseLine,
  verdictTitle,
  VERDICT_WORDS,
} from './outcome-lines.js';
import { pairTitle, preambleOf, tablesOfPair } from './tables.js';

/** A comparison as one self-contained page, with the pictures of what moved most where there are some. */
export function comparisonToHtml(
  comparison: Comparison,
  gallery: Gallery | null = null,
  assets: PageAssets = {},
): string {
  const { baseline, candidate } = comparison;
  const pictures = gallery === null || gallery.images.length === 0 ? null : gallery;
  return renderDocument({
    title: `${baseline.label} and ${candidate.label}`,
    body: (
      <Frame>
        <h1>Comparison</h1>
        <Preamble comparison={comparison} />
        <Pairs comparison={comparison} />
        {pictures === null ? null : (
          <section id="gallery" aria-labelledby="gallery-title">
            <h2 id="gallery-title">Images that moved most</h2>
            <GalleryView gallery={pictures} />
          </section>
        )}
      </Frame>
    ),
    data: pictures === null ? {} : { gallery: galleryData(pictures) },
    ...assets,
  });
}

/** A verdict as such a page: checks first, then all figures. */
export function outcomeToHtml(outcome: GateOutcome): string {
  const { gate, comparison, pairs, verdict } = outcome;
  const promise = promiseLine(outcome);
  return renderDocument({
    title: headline(outcome),
    body: (
      <Frame>
        <h1 class={verdict}>{headline(outcome)}</h1>
        {gate.description === null ? null : <p>{gate.description}</p>}
        <Preamble comparison={comparison} />
        <p class="caption">Judged: {judgedLine(outcome)}.</p>
        {promise === null ? null : <p class="caption">{promise}.</p>}
        {pairs.map((pair) => (
          <Checks pair={pair} />
        ))}
        <Pairs comparison={comparison} />
      </Frame>
    ),
  });
}

function Preamble({ comparison }: { readonly comparison: Comparison }): VNode {
  const { sides, warnings, remarks } = preambleOf(comparison);
  return (
    <>
      {warnings.map((line) => (
        <p class="fail">{line}</p>
      ))}
      <ul class="notes">
        {[...sides, ...remarks].map((line) => (
          <li>
            <Name text={line} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Checks({ pair }: { readonly pair: PairVerdict }): VNode {
  return (
    <section>
      <h2>{verdictTitle(pair)}</h2>
      <ul class="checks">
        {pair.checks.map(({ verdict, rule, evidence, images }) => (
          <li>
            <strong class={verdict}>{VERDICT_WORDS[verdict]}</strong> {rule}
            <br />
            {evidence}
            {images.length === 0 ? null : (
              <ul>
                {images.map((image) => (
                  <li>
                    <Name text={imageLine(image)} />
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Pairs({ comparison }: { readonly comparison: Comparison }): VNode {
  return (
    <>
      {comparison.pairs.map((pair) => (
        <section>
          <h2>{pairTitle(pair)}</h2>
          {tablesOfPair(pair).map((table) => (
            <DataTable table={table} />
          ))}
        </section>
      ))}
    </>
  );
}
