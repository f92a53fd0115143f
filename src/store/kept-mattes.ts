/** Which mattes a run keeps on the disk once they are scored: all, none, or the N worst of each model and dataset. */
export const KEPT_MATTES = /^(?:all|none|worst:[1-9]\d{0,8})$/;
export const EXPECTED_MATTES = 'expected all, none or worst:N, such as worst:20';

interface Kept {
  /** Absent: all. */
  readonly mattes?: string | undefined;
}

/** As a run's settings have it, which say nothing where all are kept: so did those of every earlier version. */
export function keptSetting({ mattes }: Kept): { readonly mattes?: string } {
  return mattes === undefined || mattes === 'all' ? {} : { mattes };
}

/** How many mattes of each model and dataset stay: infinitely many for all of them. */
export function keptCount({ mattes = 'all' }: Kept): number {
  if (mattes === 'all') return Number.POSITIVE_INFINITY;
  return mattes === 'none' ? 0 : Number(mattes.slice('worst:'.length));
}

export function keepsAll(of: Kept): boolean {
  return keptCount(of) === Number.POSITIVE_INFINITY;
}
