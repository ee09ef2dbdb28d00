/** The whole check: format, lint, types, import directions, tests; `--only a,b` runs some of them. Runs them all and fails if one failed. */
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = (pkg, file) => join(root, 'node_modules', pkg, file)
const steps = {
  format: [bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  lint: [bin('eslint', 'bin/eslint.js'), '--max-warnings', '0', '.'],
  types: [bin('typescript', 'bin/tsc'), '-p', 'tsconfig.json'],
  'types-pure': [bin('typescript', 'bin/tsc'), '-p', 'build/tsconfig/pure.json'],
  directions: [
    bin('dependency-cruiser', 'bin/dependency-cruise.mjs'),
    '--config',
    'build/directions.cjs',
    '--output-type',
    'err',
    'core',
    'electron',
    'test',
  ],
  test: [bin('vitest', 'vitest.mjs'), 'run'],
}

const args = process.argv.slice(2)
const only = args[0] === '--only' ? args[1].split(',') : Object.keys(steps)
const rest = args[0] === '--only' ? args.slice(2) : args
const failed = []
for (const name of only) {
  if (!steps[name]) throw new Error(`no such step: ${name}; there are ${Object.keys(steps).join(', ')}`)
  process.stdout.write(`── ${name}\n`)
  const [file, ...options] = steps[name]
  const done = spawnSync(process.execPath, [file, ...options, ...(name === 'test' ? rest : [])], {
    cwd: root,
    stdio: 'inherit',
  })
  if (done.status !== 0) failed.push(name)
}
if (failed.length > 0) process.stdout.write(`── failed: ${failed.join(', ')}\n`)
process.exit(failed.length > 0 ? 1 : 0)
