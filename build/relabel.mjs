#!/usr/bin/env node
/** The `relabel` command for npx and installed copies: runs the launcher, which picks the right Node. */
process.env.INIT_CWD = process.cwd()
process.argv.splice(2, 0, 'electron/cli.ts')
await import('./launch.mjs')
