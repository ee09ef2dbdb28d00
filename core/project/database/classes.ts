/** The classes of a project as they are stored: reading them, and which class a merged one stands for. */
import { z } from 'zod'
import { colourText, classKey, type KnownClass } from '../../contract/class-entry.ts'
import type { Db } from './connection.ts'
import type { Project } from './handle.ts'
import { json, parseRow, tryRow, type Table } from './rows.ts'

const storedClass = z.object({
  number: z.int().min(0),
  name: z.string(),
  wnid: z.string().nullable(),
  also: json.pipe(z.array(z.string())).nullable(),
  short: z.string().nullable(),
  colour: colourText.nullable(),
  key: classKey.nullable(),
  place: z.number().nullable(),
  merged: z.int().min(0).nullable(),
})
/** A row of the table `classes`. */
export type StoredClass = z.infer<typeof storedClass>
const classTable: Table<StoredClass> = { name: 'classes', key: 'number', row: storedClass }

const nothing = { wnid: null, also: null, short: null, colour: null, key: null, place: null, merged: null }

/** All rows by number. A class with an invalid row keeps its number and gets it as its name; otherwise all others would shift. */
export function storedClasses(db: Db): StoredClass[] {
  const rows = db
    .prepare<[], { number: unknown }>(
      'SELECT number, name, wnid, also, short, colour, key, place, merged FROM classes ORDER BY number',
    )
    .all()
  return rows.map((found, number) => {
    const row = isPlain(found, number) ? found : tryRow(db, () => parseRow(db, classTable, found))
    return row?.number === number ? row : { number, name: `class ${number}`, ...nothing }
  })
}

/** There may be many, and most have nothing but a name: only the others go through the schema. */
function isPlain(row: unknown, number: number): row is StoredClass {
  const { number: own, name, wnid, ...rest } = row as StoredClass
  return (
    own === number &&
    typeof name === 'string' &&
    (wnid === null || typeof wnid === 'string') &&
    Object.values(rest).every(value => value === null)
  )
}

/** [classes]: the class that each stands for; itself where it is not merged, or merged in a circle. */
export function rootsOf(rows: readonly Pick<StoredClass, 'merged'>[]): Int32Array {
  const roots = Int32Array.from(rows, (_, number) => number)
  rows.forEach(({ merged }, number) => {
    if (merged === null) return
    let at = number
    for (let steps = 0; steps <= rows.length; steps++) {
      const next = rows[at]?.merged ?? null
      if (next === null) {
        roots[number] = at
        return
      }
      if (next >= rows.length || next === number) return
      at = next
    }
  })
  return roots
}

/** What the rest of the program knows of the classes. */
export function knownClasses(rows: readonly StoredClass[]): KnownClass[] {
  const roots = rows.some(row => row.merged !== null) ? rootsOf(rows) : null
  return rows.map(({ name, wnid, also }, index) => {
    const root = roots?.[index] ?? index
    return {
      index,
      name,
      ...(wnid === null ? {} : { wnid }),
      ...(also === null || also.length === 0 ? {} : { also }),
      ...(root === index ? {} : { into: root }),
    }
  })
}

/** Counts the changes of the classes. */
export const classesVersion = (db: Db): number =>
  Number(db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'classes'").get()?.value ?? 0)

/** Reads the classes again if they changed since; for a connection that stays open beside the writer. */
export function refreshClasses(project: Project): void {
  const version = classesVersion(project.db)
  if (version === project.classesVersion) return
  project.classes = knownClasses(storedClasses(project.db))
  project.classesVersion = version
}

/** In SQL: the class that the label of an image stands for. */
export const rootLabel = 'coalesce((SELECT root FROM classes WHERE number = images.label), images.label)'

/** The class that a label of the database stands for. */
export const resolveClass = (project: Pick<Project, 'classes'>, label: number): number =>
  project.classes[label]?.into ?? label

/** Classes without the merged ones twice; the same array if nothing changes. */
export function resolveClasses(
  project: Pick<Project, 'classes'>,
  labels: readonly number[],
): readonly number[] {
  return labels.some(label => project.classes[label]?.into !== undefined)
    ? [...new Set(labels.map(label => resolveClass(project, label)))]
    : labels
}
