import type { MetricValue } from '../../src/schema/metric-value.js';
import { cli, type CliResult } from './cli.js';

/** What `maskbench score --json` prints, as far as tests look at it. */
export interface ScoreJson {
  readonly signature: Readonly<Record<string, string>>;
  readonly images: readonly {
    readonly id: string;
    readonly metrics: Readonly<Record<string, MetricValue>>;
  }[];
  readonly summary: Readonly<Record<string, { readonly mean: MetricValue; readonly n: number }>>;
  readonly failures: readonly { readonly id: string; readonly code: string }[];
  readonly warnings: readonly string[];
}

export function jsonOf({ out }: CliResult): ScoreJson {
  return JSON.parse(out) as ScoreJson;
}

/** `maskbench score`, in this process. */
export function score(cwd: string, ...argv: readonly string[]): Promise<CliResult> {
  return cli(['score', ...argv], cwd);
}
