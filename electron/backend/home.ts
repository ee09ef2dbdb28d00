/** State kept between launches: settings, recent projects, and the open project. */
import { randomBytes } from 'node:crypto'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { makeFolderSync, writeAtomicSync } from '../../core/base/files/atomic.ts'
import { readText } from '../../core/base/files/read.ts'
import { parseJson } from '../../core/base/json.ts'
import { settings as settingsSchema, type Recent, type Settings } from '../../core/contract/api/app.ts'
import { log } from '../tasks/process/log.ts'
import { accountName } from './options.ts'

const limits = { what: 'settings (JSON)', maxBytes: 16 * 2 ** 20 }

type SettingsPart = { [Name in keyof Settings]?: Settings[Name] | undefined }

/** The folder of one person's settings. */
export interface Home {
  dir: string
  settings(): Settings
  /** Saves and returns all settings. */
  change(part: SettingsPart): Settings
  recent(): Recent[]
  /** Moves a project to the front. */
  remember(dir: string, name: string): Recent[]
  forget(dir: string): Recent[]
  /** The project that was open when the program ended unexpectedly, or null. */
  interrupted(): string | null
  /** Records which project is open; null: none. */
  noteOpen(dir: string | null): void
  /** This installation's secret: only it can mark a job as requested here. */
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
  tour: { status: 'new', step: 'picture' },
})

/** Settings with some replaced; omitted ones stay. */
function merged(settings: Settings, part: SettingsPart): Settings {
  const given = Object.entries(part).filter(([, value]) => value !== undefined)
  return { ...settings, ...(Object.fromEntries(given) as Partial<Settings>) }
}

/** The contents of a file, or null: a damaged file is renamed for inspection, and a new one started. */
function readOr<T>(file: string, schema: z.ZodType<T>): T | null {
  if (!existsSync(file)) return null
  try {
    return schema.parse(parseJson(readText(file, limits), file))
  } catch (error) {
    const aside = `${file}.damaged`
    try {
      renameSync(file, aside)
      log.warn(`${file} could not be read and was kept as ${aside}`)
    } catch {
      log.warn(`${file} can neither be read nor moved; continuing without it`, error)
    }
    return null
  }
}

/** The key, created at the first launch; only this user may read it. */
function keyOf(file: string): string {
  const known = readOr(file, keySchema)
  if (known) return known.key
  const key = randomBytes(32).toString('hex')
  writeAtomicSync(file, `${JSON.stringify({ key })}\n`, { mode: 0o600 })
  return key
}

/** Opens the folder, creating it if necessary; throws `disk` if that fails. */
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
