/**
 * Finds circles between folders: within any folder, its entries (files, and subfolders as wholes) must not import each
 * other in a circle. dependency-cruiser's folder scope misses circles between a folder and the files next to it.
 * `node build/folder-circles.ts` checks core, electron and renderer.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'

/** A circle. */
export interface FolderCircle {
  /** The folder that contains it; empty: the root. */
  folder: string
  /** Its entries that reach each other, sorted. */
  entries: string[]
  /** The imports that make it: `FILE -> FILE`. */
  imports: string[]
}

/** Known circles that are being removed (`FOLDER: ENTRIES`); a stale entry fails the check too. */
const known: readonly string[] = []

type Graph = Map<string, Map<string, string[]>>

/** All source files below a folder of `root`, with `/` between names. */
function sourcesBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.(ts|vue|mjs|cjs)$/.test(entry.name))
    .map(entry => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
}

/** The relative imports of a file, including types. */
function importsOf(root: string, file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const code = file.endsWith('.vue')
    ? [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script]) => script).join('\n')
    : text
  return ts
    .preProcessFile(code, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter(name => name.startsWith('.'))
    .map(name => posix.normalize(posix.join(posix.dirname(file), name)))
}

/** Nodes that reach each other, in groups of at least two (Tarjan's algorithm). */
function groupsOf(graph: Graph): string[][] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const groups: string[][] = []
  const lower = (node: string, to: number): unknown => low.set(node, Math.min(low.get(node)!, to))
  function visit(node: string): void {
    index.set(node, index.size)
    low.set(node, index.get(node)!)
    stack.push(node)
    for (const next of graph.get(node)?.keys() ?? [])
      if (!index.has(next)) {
        visit(next)
        lower(node, low.get(next)!)
      } else if (stack.includes(next)) lower(node, index.get(next)!)
    if (low.get(node) !== index.get(node)) return
    const members = stack.splice(stack.indexOf(node))
    if (members.length > 1) groups.push(members.sort())
  }
  for (const node of graph.keys()) if (!index.has(node)) visit(node)
  return groups
}

/** By folder: which of its entries import which others, and where. */
function graphsOf(root: string, folders: readonly string[]): Map<string, Graph> {
  const files = new Set(folders.flatMap(folder => sourcesBelow(root, folder)))
  const graphs = new Map<string, Graph>()
  for (const from of files)
    for (const to of importsOf(root, from)) {
      if (!files.has(to) || to === from) continue
      const [a, b] = [from.split('/'), to.split('/')]
      const depth = a.findIndex((part, i) => part !== b[i])
      const folder = a.slice(0, depth).join('/')
      const graph = graphs.get(folder) ?? new Map<string, Map<string, string[]>>()
      graphs.set(folder, graph)
      const edges = graph.get(a[depth]!) ?? new Map<string, string[]>()
      graph.set(a[depth]!, edges)
      edges.set(b[depth]!, [...(edges.get(b[depth]!) ?? []), `${from} -> ${to}`])
    }
  return graphs
}

/** The circles below some folders of `root`. */
export function folderCircles(root: string, folders: readonly string[]): FolderCircle[] {
  return [...graphsOf(root, folders)].flatMap(([folder, graph]) =>
    groupsOf(graph).map(entries => ({
      folder,
      entries,
      imports: entries.flatMap(one =>
        [...(graph.get(one) ?? [])].flatMap(([other, imports]) => (entries.includes(other) ? imports : [])),
      ),
    })),
  )
}

function check(): void {
  const root = dirname(dirname(fileURLToPath(import.meta.url)))
  const found = folderCircles(root, ['core', 'electron', 'renderer'])
  const names = found.map(({ folder, entries }) => `${folder}: ${entries.join(' ')}`)
  found.forEach(({ folder, entries, imports }, i) => {
    if (known.includes(names[i]!)) return
    process.stdout.write(`circle in ${folder || 'the root'}: ${entries.join(', ')}\n`)
    for (const line of imports) process.stdout.write(`  ${line}\n`)
    process.exitCode = 1
  })
  for (const name of known.filter(one => !names.includes(one))) {
    process.stdout.write(`this circle no longer exists; remove it from the list: ${name}\n`)
    process.exitCode = 1
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) check()
