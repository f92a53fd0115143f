import { defineConfig } from 'vitest/config';
import { LongestFirst, mockingFiles } from './test/order.js';

export default defineConfig({
  test: {
    // On machines half as fast as others the slowest tests take a minute.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One more than the cores of CI: many files wait for processes that they have started.
    maxWorkers: 3,
    // Tests that run side by side do so because they wait.
    maxConcurrency: 8,
    // Tests that kill real processes race with a busy machine; CI gives each a second chance, a developer sees it at once.
    retry: process.env['CI'] === undefined ? 0 : 1,
    coverage: { include: ['src/**'], reporter: ['text-summary'] },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: { name: 'alone', include: [...mockingFiles] },
      },
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...mockingFiles],
          isolate: false,
          setupFiles: ['test/support/no-parts-left.ts'],
        },
      },
    ],
  },
});
