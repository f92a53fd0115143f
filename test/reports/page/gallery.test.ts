import { h } from 'preact';
import { render } from 'preact-render-to-string';
import { describe, expect, it } from 'vitest';
import type { Gallery, GalleryImage } from '../../../src/schema/gallery.js';
import { GalleryView } from '../../../src/reports/page/gallery/gallery-view.js';

function galleryWith(ignored: GalleryImage['ignored']): Gallery {
  const image: GalleryImage = {
    key: '0123456789ab',
    dataset: 'd',
    id: 'a',
    width: 60,
    height: 40,
    previewWidth: 30,
    previewHeight: 20,
    picture: 'p.webp',
    truth: 't.png',
    ignored,
    mattes: [],
    attributes: {},
    reasons: [],
  };
  const none = { sources: [], changes: [], metrics: [], missing: [], notKept: 0 };
  return { ...none, available: 1, chosenBy: null, threshold: 128, changesOnly: false, images: [image] };
}

describe('a ground truth that ignores pixels', () => {
  it('has them in the strip, with their number, and their colour in the legend', () => {
    const html = render(h(GalleryView, { gallery: galleryWith({ url: 'i.png', pixels: 1234 }) }));
    expect(html).toMatch(/<figure data-part="ignored"><img src="i.png" width="30" height="20"/);
    expect(html).toContain('<figcaption>Ignored: 1,234 pixels</figcaption>');
    expect(html).toContain('<li class="ignored">');
    expect(render(h(GalleryView, { gallery: galleryWith({ url: 'i.png', pixels: 1 }) }))).toContain(
      'Ignored: 1 pixel<',
    );
  });

  it('is told by nothing where it does not', () => {
    expect(render(h(GalleryView, { gallery: galleryWith(null) })).toLowerCase()).not.toContain('ignored');
  });
});
