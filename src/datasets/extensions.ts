/** What a readable picture's name ends with, in any case; of two files of one id the earlier is named first. */
export const IMAGE_EXTENSIONS = [
  '.png',
  '.jpg',
  '.jpeg',
  '.jpe',
  '.jfif',
  '.webp',
  '.tif',
  '.tiff',
  '.gif',
  '.avif',
  '.bmp',
  '.dib',
  '.pgm',
  '.ppm',
  '.pbm',
  '.pnm',
] as const;

/**
 * What a picture's name ends with that most likely cannot be read. It takes part where no readable file has its name, so
 * that it is refused by what it is, and not missed.
 */
const UNREAD_EXTENSIONS = [
  '.heic',
  '.heif',
  '.hif',
  '.jp2',
  '.j2k',
  '.j2c',
  '.jpf',
  '.jpx',
  '.jxl',
  '.pam',
  '.psd',
  '.tga',
  '.exr',
] as const;

/** Whether a name ends like a picture that most likely cannot be read. */
export function isUnread(name: string): boolean {
  return UNREAD_EXTENSIONS.some((extension) => endsWith(name, extension));
}

/** In any case. */
export function endsWith(name: string, extension: string): boolean {
  return name.slice(-extension.length).toLowerCase() === extension.toLowerCase();
}

/** Any picture, readable or not. */
export const PICTURE_EXTENSIONS: readonly string[] = [...IMAGE_EXTENSIONS, ...UNREAD_EXTENSIONS];

/** Lists, notes and annotations, as people keep them beside their pictures. */
export function isNote(name: string): boolean {
  return (
    /\.(txt|md|rst|csv|tsv|jsonl?|xml|ya?ml|html?|log)$/i.test(name) ||
    /^(readme|licen[cs]e|copying|changelog)$/i.test(name)
  );
}
