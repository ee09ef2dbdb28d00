/** The whole check: format, lint, types, import directions and folder circles, tests; `--only a,b` runs some of them. Runs them all and fails if one failed. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const scratch = mkdtempSync(join(tmpdir(), 'relabel-check-'))
const results = join(scratch, 'tests.json')
const bin = (pkg, file) => join(root, 'node_modules', pkg, file)
const steps = {
  format: [bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  lint: [bin('eslint', 'bin/eslint.js'), '--max-warnings', '0', '.'],
  types: [bin('typescript', 'bin/tsc'), '-p', 'tsconfig.json'],
  'types-pure': [bin('typescript', 'bin/tsc'), '-p', 'build/tsconfig/pure.json'],
  'types-renderer': [bin('vue-tsc', 'bin/vue-tsc.js'), '-p', 'build/tsconfig/renderer.json'],
  directions: [
    bin('dependency-cruiser', 'bin/dependency-cruise.mjs'),
    '--config',
    'build/directions.cjs',
    '--output-type',
    'err',
    'core',
    'electron',
    'renderer',
    'test',
  ],
  circles: ['build/folder-circles.ts'],
  test: [
    bin('vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
  ],
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
if (only.includes('test')) process.stdout.write(`${tally()}\n`)
rmSync(scratch, { recursive: true, force: true })
process.exit(failed.length > 0 ? 1 : 0)

/** The closing line that any reader of logs understands. */
function tally() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(results, 'utf8'))
    return `${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`
  } catch {
    return '0 passed, 1 failed, 0 skipped'
  }
}
