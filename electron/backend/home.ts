/** What the program remembers between launches: settings, recent projects, and which project is open. */
import { randomBytes } from 'node:crypto'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { makeFolderSync, writeAtomicSync } from '../../core/base/files/atomic.ts'
import { readText } from '../../core/base/files/read.ts'
import { parseJson } from '../../core/base/json.ts'
import { settings as settingsSchema, type Recent, type Settings } from '../../core/contract/api/app.ts'
import { accountName } from './options.ts'

const limits = { what: 'settings (JSON)', maxBytes: 16 * 2 ** 20 }

type SettingsPart = { [Name in keyof Settings]?: Settings[Name] | undefined }

/** The folder of one person's settings. */
export interface Home {
  dir: string
  settings(): Settings
  /** Saves and gives the whole. */
  change(part: SettingsPart): Settings
  recent(): Recent[]
  /** Puts a project first. */
  remember(dir: string, name: string): Recent[]
  forget(dir: string): Recent[]
  /** The project that was open when the program ended without saying so, or null. */
  interrupted(): string | null
  /** Notes which project is open; null: none, and the program may end. */
  noteOpen(dir: string | null): void
  /** This installation's secret: nobody else can mark a job as asked for here. */
  key: string
}

const recentSchema = z.array(z.object({ dir: z.string(), name: z.string(), opened: z.string() })).max(1000)
const openSchema = z.object({ dir: z.string() })
const keySchema = z.object({ key: z.string().regex(/^[0-9a-f]{64}$/) })
const mostRecent = 20

const defaults = (): Settings => ({
  theme: 'system',
  language: null,
  keyPreset: 'labelme',
  keys: {},
  author: accountName(),
  provider: null,
})

/** Settings with some replaced; what is not given stays. */
function merged(settings: Settings, part: SettingsPart): Settings {
  const given = Object.entries(part).filter(([, value]) => value !== undefined)
  return { ...settings, ...(Object.fromEntries(given) as Partial<Settings>) }
}

/** What a file holds, or null: a damaged one is kept aside for whoever wants to look, and a new one begun. */
function readOr<T>(file: string, schema: z.ZodType<T>): T | null {
  if (!existsSync(file)) return null
  try {
    return schema.parse(parseJson(readText(file, limits), file))
  } catch (error) {
    const aside = `${file}.damaged`
    try {
      renameSync(file, aside)
      console.error(`${file} could not be read and was kept as ${aside}`)
    } catch {
      console.error(error) // it cannot be read and not be moved: go on without it
    }
    return null
  }
}

/** The key, made at the first launch; only this user may read it. */
function keyOf(file: string): string {
  const known = readOr(file, keySchema)
  if (known) return known.key
  const key = randomBytes(32).toString('hex')
  writeAtomicSync(file, `${JSON.stringify({ key })}\n`, { mode: 0o600 })
  return key
}

/** Opens the folder, making it where it is not there; throws `disk` where that cannot be. */
export function openHome(dir: string): Home {
  makeFolderSync(dir)
  const files = {
    settings: join(dir, 'settings.json'),
    recent: join(dir, 'recent.json'),
    open: join(dir, 'open.json'),
    key: join(dir, 'installation.json'),
  }
  const write = (file: string, value: unknown): void =>
    writeAtomicSync(file, `${JSON.stringify(value, null, 2)}\n`)
  let settings = merged(defaults(), readOr(files.settings, settingsSchema.partial()) ?? {})
  let recents = readOr(files.recent, recentSchema) ?? []
  let interrupted = readOr(files.open, openSchema)?.dir ?? null

  const listed = (): Recent[] =>
    recents.map(entry => ({ ...entry, missing: !existsSync(join(entry.dir, 'project.db')) }))
  const keep = (next: typeof recents): Recent[] => {
    write(files.recent, next)
    recents = next
    return listed()
  }
  return {
    dir,
    key: keyOf(files.key),
    settings: () => settings,
    change(part) {
      const next = merged(settings, part)
      write(files.settings, next)
      settings = next
      return next
    },
    recent: listed,
    remember: (folder, name) =>
      keep(
        [
          { dir: folder, name: name || basename(folder), opened: new Date().toISOString() },
          ...recents.filter(entry => entry.dir !== folder),
        ].slice(0, mostRecent),
      ),
    forget: folder => keep(recents.filter(entry => entry.dir !== folder)),
    interrupted: () => interrupted,
    noteOpen(folder) {
      interrupted = null
      if (folder === null) rmSync(files.open, { force: true })
      else write(files.open, { dir: folder })
    },
  }
}
