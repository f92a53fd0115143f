import { afterAll, expect } from 'vitest';
import { partsVersion } from '../../src/core/plugins/parts.js';

// Of every file that shares its process with others: a plug-in that it loads there would be in their registries too, and
// which of them come after it differs from run to run.
const before = partsVersion();

afterAll(() => {
  expect(
    partsVersion(),
    'a plug-in was loaded into a process that test files share: use startCli, or a process of its own (test/order.ts)',
  ).toBe(before);
});
