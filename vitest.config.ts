import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Tests that kill real processes race with a busy machine; CI gives each a second chance, a developer sees it at once.
    retry: process.env['CI'] === undefined ? 0 : 1,
    coverage: { include: ['src/**'], reporter: ['text-summary'] },
  },
});
