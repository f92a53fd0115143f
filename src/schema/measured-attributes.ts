/** What is measured of every ground truth, by name: no attribute of a dataset's own may be called so. */
export const MEASURED_ATTRIBUTES = [
  'width',
  'height',
  'megapixels',
  'foregroundShare',
  'translucentShare',
  'components',
  'largestComponentShare',
  'contours',
  'ipq',
  'dominantPoints',
  'thinStructureShare',
] as const;

/** `thin-structure-share` and `thinStructureShare` are the same attribute. */
export function sameName(a: string, b: string): boolean {
  return plain(a) === plain(b);
}

function plain(name: string): string {
  return name.replaceAll(/[-_ ]/g, '').toLowerCase();
}
