/**
 * The full check: format, lint, types, import directions, folder circles, dead code, tests. Runs all of them, two at a
 * time, and fails if one failed. `--only a,b` runs some of them; `--quick` lints and tests only what changed.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const scratch = mkdtempSync(join(tmpdir(), 'relabel-check-'))
const results = join(scratch, 'tests.json')
const cache = join(root, 'node_modules/.cache/check')
mkdirSync(cache, { recursive: true })

const args = process.argv.slice(2)
const quick = args.includes('--quick')
const at = args.indexOf('--only')
const only = at < 0 ? null : args[at + 1].split(',')
const rest = args.filter((arg, i) => arg !== '--quick' && (at < 0 || (i !== at && i !== at + 1)))

const bin = (pkg, file) => join(root, 'node_modules', pkg, file)
/** An incremental compiler. */
const types = (name, compiler, project) => [
  ...[compiler, '-p', project],
  ...['--incremental', '--tsBuildInfoFile', join(cache, `${name}.tsbuildinfo`)],
]
/**
 * A change in another file can outdate the cached result of a type-aware rule, so the full check lints without the
 * cache.
 */
const lintCache = quick
  ? ['--cache', '--cache-strategy', 'content', '--cache-location', join(cache, 'lint')]
  : []

// The longest first.
const steps = {
  lint: [bin('eslint', 'bin/eslint.js'), '--max-warnings', '0', ...lintCache, '.'],
  'types-node': types('node', bin('typescript', 'bin/tsc'), 'build/tsconfig/node.json'),
  'types-renderer': types('renderer', bin('vue-tsc', 'bin/vue-tsc.js'), 'build/tsconfig/renderer.json'),
  'types-shell': types('shell', bin('typescript', 'bin/tsc'), 'build/tsconfig/shell.json'),
  'types-pure': types('pure', bin('typescript', 'bin/tsc'), 'build/tsconfig/pure.json'),
  format: [
    ...[bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level', 'warn'],
    ...['--cache', '--cache-strategy', 'content', '--cache-location', join(cache, 'format'), '.'],
  ],
  directions: [
    ...[bin('dependency-cruiser', 'bin/dependency-cruise.mjs'), '--config', 'build/directions.cjs'],
    ...['--output-type', 'err', 'core', 'electron', 'renderer', 'test'],
  ],
  circles: ['build/folder-circles.ts'],
  'dead-code': [bin('knip', 'bin/knip.js'), '--no-progress', '--treat-config-hints-as-errors'],
  test: [
    ...[bin('vitest', 'vitest.mjs'), 'run', '--reporter=default'],
    ...['--reporter=json', `--outputFile.json=${results}`],
    ...(quick ? ['--project', 'unit', '--changed', changedSince(), '--passWithNoTests'] : []),
    ...rest,
  ],
}

const names = only ?? Object.keys(steps)
for (const name of names)
  if (!steps[name]) throw new Error(`there is no step "${name}"; there are ${Object.keys(steps).join(', ')}`)
const failed = []
const waiting = names.filter(name => name !== 'test')
await Promise.all([lane(), lane()])
if (names.includes('test')) {
  process.stdout.write('── test\n')
  const done = spawnSync(process.execPath, steps.test, { cwd: root, stdio: 'inherit' })
  if (done.status !== 0) failed.push('test')
}
if (failed.length > 0) process.stdout.write(`── failed: ${failed.join(', ')}\n`)
if (names.includes('test') && !quick) process.stdout.write(`${tally()}\n`)
rmSync(scratch, { recursive: true, force: true })
process.exit(failed.length > 0 ? 1 : 0)

/** Runs steps one after another until none is left; the tests use both cores and come last. */
async function lane() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const began = performance.now()
    const { status, output } = await run(steps[name])
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    process.stdout.write(`── ${name}: ${status === 0 ? 'passed' : 'failed'} after ${seconds} s\n${output}`)
    if (status !== 0) failed.push(name)
  }
}

/** Runs a script and returns its whole output at the end, so that the output of parallel scripts does not mix. */
function run(args) {
  return new Promise(resolve => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', text => (output += text))
    child.on('error', error => resolve({ status: 1, output: `${error.message}\n` }))
    child.on('close', status => resolve({ status, output }))
  })
}

/** The base of "changed": the main branch, or on it the last commit. */
function changedSince() {
  const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout?.trim() ?? ''
  const branch = git('branch', '--show-current')
  return branch !== 'main' && git('rev-parse', '--verify', '--quiet', 'main') !== '' ? 'main' : 'HEAD'
}

/** The summary line. */
function tally() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(results, 'utf8'))
    return `${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`
  } catch {
    return '0 passed, 1 failed, 0 skipped'
  }
}
