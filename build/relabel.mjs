#!/usr/bin/env node
/** The `relabel` command for npx and installed copies: hands over to the launcher, which picks the right Node. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const launcher = fileURLToPath(new URL('launch.mjs', import.meta.url))
const env = { ...process.env, INIT_CWD: process.cwd() }
const run = spawnSync(process.execPath, [launcher, 'electron/cli.ts', ...process.argv.slice(2)], {
  env,
  stdio: 'inherit',
})
process.exit(run.status ?? 1)
