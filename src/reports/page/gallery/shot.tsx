import type { VNode } from 'preact';
import type { Gallery, GalleryImage, GalleryMatte, GalleryReason } from '../../../schema/gallery.js';
import { Name } from '../parts/name.js';

interface ShotProps {
  readonly gallery: Gallery;
  readonly image: GalleryImage;
  /** Whose value stands under a matte: an index into the gallery's metrics, -1 for none. */
  readonly metric: number;
}

/** One image: what it is, why it is here, its pictures beside each other, all its numbers. */
export function Shot({ gallery, image, metric }: ShotProps): VNode {
  const { sources } = gallery;
  const { key, id, dataset, picture, truth, ignored, mattes, reasons } = image;
  return (
    <li class="shot" id={`gallery-${key}`} data-key={key}>
      <h3>
        <a href={`#gallery-${key}`}>
          <Name text={id} />
        </a>{' '}
        <small>
          <Name text={dataset} />
        </small>
      </h3>
      <Reasons gallery={gallery} reasons={reasons} />
      <div class="strip">
        <Still image={image} url={picture} alt="Picture" part="picture" />
        <Still image={image} url={truth} alt="Ground truth" part="truth" />
        {ignored === null ? null : (
          <Still
            image={image}
            url={ignored.url}
            alt={`Ignored: ${ignored.pixels.toLocaleString('en-US')} ${ignored.pixels === 1 ? 'pixel' : 'pixels'}`}
            part="ignored"
          />
        )}
        {mattes.map((matte, i) => (
          <MatteStill image={image} matte={matte} label={sources[i].label} metric={metric} source={i} />
        ))}
      </div>
      <details class="numbers">
        <summary>Numbers</summary>
        <Numbers gallery={gallery} image={image} />
      </details>
    </li>
  );
}

interface StillProps {
  readonly image: GalleryImage;
  readonly url: string;
  readonly alt: string;
  readonly part: 'picture' | 'truth' | 'ignored';
}

/** Width and height are said beforehand, so nothing moves when a picture comes in. */
function Still({ image, url, alt, part }: StillProps): VNode {
  const { previewWidth: width, previewHeight: height } = image;
  return (
    <figure data-part={part}>
      <img src={url} width={width} height={height} alt={alt} loading="lazy" decoding="async" />
      <figcaption>{alt}</figcaption>
    </figure>
  );
}

interface MatteStillProps {
  readonly image: GalleryImage;
  readonly matte: GalleryMatte;
  readonly label: string;
  readonly metric: number;
  readonly source: number;
}

function MatteStill({ image, matte, label, metric, source }: MatteStillProps): VNode {
  const { previewWidth: width, previewHeight: height } = image;
  const { url, failure, values } = matte;
  return (
    <figure data-part="matte" data-source={source}>
      {url === null ? (
        <div class="absent" style={{ aspectRatio: `${width} / ${height}` }}>
          {failure ?? 'no matte'}
        </div>
      ) : (
        <img
          src={url}
          width={width}
          height={height}
          alt={`Matte of ${label}`}
          loading="lazy"
          decoding="async"
        />
      )}
      <figcaption>
        <Name text={label} /> <b class="value">{formatValue(values[metric] ?? null)}</b>
      </figcaption>
    </figure>
  );
}

const REASONS: Readonly<Record<GalleryReason['kind'], string>> = {
  regressed: 'regressed',
  worst: 'worst',
  disagreed: 'disagreed on',
  improved: 'improved',
  best: 'best',
};
const ORDINALS = ['', '', '2nd ', '3rd '];
/** More than that tells nothing. */
const REASONS_SHOWN = 4;

function Reasons({
  gallery,
  reasons,
}: {
  readonly gallery: Gallery;
  readonly reasons: readonly GalleryReason[];
}): VNode | null {
  if (reasons.length === 0) return null;
  return (
    <ul class="why" aria-label="Why it is here">
      {reasons.slice(0, REASONS_SHOWN).map(({ kind, source, rank }) => (
        <li class={kind}>
          {ORDINALS[rank] ?? ''}
          {kind === 'disagreed' ? 'most ' : ''}
          {REASONS[kind]}
          {kind === 'regressed' || kind === 'improved' ? ' most' : ''}
          {source === null ? null : (
            <>
              {': '}
              <Name text={gallery.sources[source].label} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Every metric of every source, the best of each in bold. */
function Numbers({ gallery, image }: { readonly gallery: Gallery; readonly image: GalleryImage }): VNode {
  const { metrics, sources } = gallery;
  return (
    <>
      <div class="scroll" role="region" aria-label={`Numbers of ${image.id}`} tabindex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Metric</th>
              {sources.map(({ label }) => (
                <th scope="col" class="right">
                  <Name text={label} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {metrics.map(({ id, name, better }, m) => {
              const values = image.mattes.map((matte) => matte.values[m] ?? null);
              const best = bestOf(values, better);
              return (
                <tr>
                  <th scope="row" title={id}>
                    {name} {better === 'higher' ? '↑' : '↓'}
                  </th>
                  {values.map((value) => (
                    <td class="right">
                      {value !== null && value === best ? <b>{formatValue(value)}</b> : formatValue(value)}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <dl class="facts">
        {Object.entries(image.attributes).map(([name, value]) => (
          <div>
            <dt>{inWords(name)}</dt>
            <dd>{typeof value === 'number' ? formatFact(value) : <Name text={value} />}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function bestOf(values: readonly (number | null)[], better: 'higher' | 'lower'): number | null {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  return better === 'higher' ? Math.max(...known) : Math.min(...known);
}

/** As the client formats it when another metric is chosen: three decimals below ten. */
function formatValue(value: number | null): string {
  return value === null ? '-' : Math.abs(value) < 10 ? value.toFixed(3) : value.toPrecision(4);
}

function formatFact(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(3)));
}

/** `foregroundShare` reads as `foreground share`. */
export function inWords(name: string): string {
  return name.replaceAll(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}
