/** Builds the renderer into `dist/renderer` (`npm run build:renderer`). */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

// Where tests start this, NODE_ENV is "test", and Vue would be built for development: larger, slower, with warnings.
process.env.NODE_ENV = 'production'

const here = dirname(fileURLToPath(import.meta.url))
await build({
  configFile: join(here, 'vite.config.ts'),
  logLevel: process.argv.includes('--quiet') ? 'warn' : 'info',
})
