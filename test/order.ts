import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { TestSequencer, TestSpecification } from 'vitest/node';

const TEST = import.meta.dirname;

/**
 * Test files that mock modules, add to registries for good, or put another ONNX Runtime in place. The others share a few processes, whose modules are loaded once; what these put in place
 * of a module would stay there for whoever comes next, so each has a process of its own.
 */
export const mockingFiles: readonly string[] = readdirSync(TEST, { recursive: true, encoding: 'utf8' })
  .filter(
    (name) =>
      name.endsWith('.test.ts') &&
      /\b(vi\.(do)?[mM]ock|addPart|noteProtocols|playCard|writeFaultyEngine)\(/.test(
        readFileSync(join(TEST, name), 'utf8'),
      ),
  )
  .map((name) => `test/${name.replaceAll('\\', '/')}`);

/**
 * The files that take longest, longest first, and before all those that mostly wait: others compute meanwhile. CI
 * remembers no durations, and a long file that comes last leaves the other core idle.
 */
const LONGEST = [
  'ci-recipes',
  'library',
  'docs-run',
  'plugins/loading',
  'cli/one-writer',
  'browser/report',
  'store/lock',
  'cli/no-room',
  'plugins/examples',
  'cli/process',
  'cli/mask-values',
  'cli/score-out',
  'old-runs',
  'cli/verdict',
  'cli/evidence',
  'cli/two-devices',
  'pipeline/kill',
  'stranger',
  'pipeline/feedings',
  'pipeline/outputs',
  'pipeline/model-files',
  'pipeline/damaged-mattes',
  'cli/sealed-run',
  'schema/json-schemas',
  'pipeline/predict',
  'pipeline/timing/time',
  'pipeline/durable-order',
  'models/sources/npm-source',
  'analysis/verify/verify-model',
  'pipeline/any-network',
  'analysis/gate/evidence/claims',
  'metrics/ignored-pixels',
  'cli/attributes',
  'pipeline/run',
  'cli/run',
  'models/sources/external-data',
  'stats/coverage',
  'models/parity',
  'pipeline/post-run',
  'runners/program',
  'runners/onnx/child-process',
  'pipeline/webgpu-run',
];

function rank({ moduleId, project }: TestSpecification): number {
  // A shared process ends when the next file needs one of its own: those come first, all together.
  if (project.name === 'alone') return -1;
  const at = LONGEST.indexOf(relative(TEST, moduleId).replaceAll('\\', '/').replace('.test.ts', ''));
  return at === -1 ? LONGEST.length : at;
}

/** Longest first; vitest makes one for a run. */
export class LongestFirst implements TestSequencer {
  shard(files: TestSpecification[]): TestSpecification[] {
    return files;
  }

  sort(files: TestSpecification[]): TestSpecification[] {
    return files.toSorted((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}
