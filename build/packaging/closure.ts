/** The packages that a list of packages needs, as they are installed: what has to go along for the backend to run. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface Package {
  version: string
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

/** An installed package: its name, version, and what it may take besides. */
export interface Found {
  name: string
  version: string
  optional: string[]
}

const manifestOf = (dir: string): Package =>
  JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as Package

/** Where `name` is found from `from`, as Node looks for it; undefined where it is not installed. */
function locate(name: string, from: string, root: string): string | undefined {
  for (let dir = from; ; dir = dirname(dir)) {
    const candidate = join(dir, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (dir === root || dir === dirname(dir)) return undefined
  }
}

/**
 * Folders of `names` and all that they depend on (optional ones where installed), below `root`. Throws where a needed
 * package is not installed.
 */
export function closureOf(names: readonly string[], root: string): Map<string, Found> {
  const found = new Map<string, Found>()
  const visit = (name: string, from: string, optional: boolean): void => {
    const dir = locate(name, from, root)
    if (dir === undefined) {
      if (optional) return
      throw new Error(`the package ${name} is not installed; run npm ci and pack again`)
    }
    if (found.has(dir)) return
    const manifest = manifestOf(dir)
    found.set(dir, {
      name,
      version: manifest.version,
      optional: Object.keys(manifest.optionalDependencies ?? {}),
    })
    for (const needed of Object.keys(manifest.dependencies ?? {})) visit(needed, dir, false)
    for (const wanted of Object.keys(manifest.optionalDependencies ?? {})) visit(wanted, dir, true)
  }
  for (const name of names) visit(name, root, false)
  return found
}
