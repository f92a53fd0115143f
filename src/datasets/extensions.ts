/** Image extensions in the order in which they are tried: BiRefNet's five, then what else the codec reads. */
export const IMAGE_EXTENSIONS = [
  '.png',
  '.jpg',
  '.PNG',
  '.JPG',
  '.JPEG',
  '.jpeg',
  '.webp',
  '.WEBP',
  '.tif',
  '.tiff',
  '.TIF',
  '.TIFF',
  '.gif',
  '.GIF',
  '.avif',
] as const;
