import { protocolsOf } from '../../metrics/registry.js';

/** Columns of figures beside a name in 80 columns. */
const COLUMNS = 6;

/** As many of each protocol's metrics as find room together. */
export function headlineMetrics(protocols: readonly string[]): readonly string[] {
  const each = Math.floor(COLUMNS / protocols.length);
  return protocols.flatMap((id) => protocolsOf([id]).flatMap(({ main }) => main.slice(0, each)));
}

/** Four figures or so: 0.9123, 12.34, 123.4, 12345. */
export function formatFigure(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 9999.5 ? 0 : size >= 99.995 ? 1 : size >= 9.9995 ? 2 : 4);
}
