/** A column of the table of cells. Names are those of SQL: small letters, digits and underscores where we name them. */
export interface CellColumn {
  readonly name: string;
  readonly kind: 'text' | 'number' | 'integer' | 'flag';
}

/** One cell by column name; what is left out or null is not there. */
export type CellRow = Readonly<Record<string, string | number | boolean | null>>;

/** `sod.max_f` as `sod_max_f`: a dot would have to be quoted in every query. */
export function metricColumn(id: string): string {
  return id.replaceAll('.', '_');
}

/** `thinStructureShare` as `gt_thin_structure_share`. */
export function attributeColumn(name: string): string {
  return `gt_${snake(name)}`;
}

/** What a dataset's layout says of its samples, such as `group`, which is a word of SQL: `layout_group`. */
export function layoutColumn(name: string): string {
  return `layout_${snake(name)}`;
}

function snake(name: string): string {
  return name
    .replaceAll(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)
    .replaceAll(/[^a-z0-9_]+/g, '_')
    .replaceAll(/^_|_$/g, '');
}
