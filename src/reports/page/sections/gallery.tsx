import { galleryData } from '../gallery/gallery-data.js';
import { GalleryView } from '../gallery/gallery-view.js';
import type { Section } from '../section.js';

/** Pictures of where it fails, and where it does not. */
export const gallery: Section = {
  id: 'gallery',
  title: 'Gallery',
  render: ({ gallery: shown }) =>
    shown === undefined || shown.images.length + shown.missing.length === 0 ? null : (
      <GalleryView gallery={shown} />
    ),
  data: ({ gallery: shown }) => (shown === undefined ? null : galleryData(shown)),
};
