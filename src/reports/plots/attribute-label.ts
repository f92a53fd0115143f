const LABELS: Readonly<Record<string, { readonly label: string; readonly factor: number }>> = {
  foregroundShare: { label: 'foreground, % of the image', factor: 100 },
  translucentShare: { label: 'translucent, % of the image', factor: 100 },
  thinStructureShare: { label: 'thin structures, % of the foreground', factor: 100 },
  largestComponentShare: { label: 'largest component, % of the foreground', factor: 100 },
  ipq: { label: 'isoperimetric quotient (IPQ)', factor: 1 },
  components: { label: 'components', factor: 1 },
  megapixels: { label: 'size, megapixels', factor: 1 },
};

/** An attribute as people read it, and what its values are multiplied by. */
export function attributeLabel(name: string): { readonly label: string; readonly factor: number } {
  return LABELS[name] ?? { label: name, factor: 1 };
}
