/** Settings of the smoke test in a real Electron; separate from `npm test`, which does not need the binary. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/electron/smoke/*.smoke.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: 1,
  },
})
