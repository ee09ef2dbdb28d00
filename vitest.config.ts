/**
 * Test settings. Three projects: `unit` runs in this process's children without more of its own, `process` starts programs,
 * `e2e` looks at pages. Files and child processes take their time, so the limits are generous; budgets belong in benchmarks.
 */
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const processTests = ['test/electron/**/*.test.ts', 'test/build/**/*.test.ts', 'test/**/*kill.test.ts']
const pageTests = ['test/e2e/**/*.test.ts']

export default defineConfig({
  test: {
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // What is waited for comes when it comes; only a test that would fail anyway waits so long.
    expect: { poll: { timeout: 60_000 } },
    setupFiles: ['test/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Files share a process and its modules: starting and loading cost more than most tests. No test may change what others see.
    isolate: false,
    // What child processes have compiled is kept between them and between runs.
    env: {
      NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compile'),
      RELABEL_LOG_LEVEL: 'warn',
    },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...processTests, ...pageTests] },
      },
      { extends: true, test: { name: 'process', include: processTests } },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: pageTests,
          globalSetup: ['test/e2e/browser-server.ts'],
          setupFiles: ['test/e2e/setup.ts'],
        },
      },
    ],
  },
})
