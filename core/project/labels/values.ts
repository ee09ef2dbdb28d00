/** The two fields of an image that persons correct, and their values as the database stores them. */
import { z } from 'zod'
import { fail } from '../../base/error.ts'
import { resolveClass } from '../database/classes.ts'
import { json } from '../database/rows.ts'
import type { Project } from '../database/handle.ts'

/** `label`: the given label, which trains; `truth`: all classes in the image, which only measures. */
export type Field = 'label' | 'truth'
/** A class or null; or the classes of a truth, or null where only the label is known. */
export type FieldValue = number | readonly number[] | null
/** As stored: a truth is JSON. */
export type StoredValue = number | string | null

const storedTruth = json.pipe(z.array(z.int().min(0)))

/**
 * Checks a value against the project's classes; throws `usage`. A merged class becomes the one it stands for; a truth is
 * sorted, with each class once.
 */
export function storedValue(project: Project, field: Field, value: FieldValue): StoredValue {
  if (value === null) return null
  if (field === 'label') {
    if (typeof value !== 'number') return fail('usage', 'a given label is one class')
    checkClass(project, value)
    return resolveClass(project, value)
  }
  if (typeof value === 'number') return fail('usage', 'a truth is a list of classes')
  for (const one of value) checkClass(project, one)
  return JSON.stringify([...new Set(value.map(one => resolveClass(project, one)))].sort((a, b) => a - b))
}

function checkClass({ classes }: Project, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0 || value >= classes.length)
    fail('usage', `there is no class ${value}: the project has ${classes.length} classes`, { class: value })
}

/** The opposite of {@link storedValue}; what is not readable counts as none. */
export function valueOf(field: Field, stored: StoredValue): FieldValue {
  if (field === 'label') return typeof stored === 'number' ? stored : null
  return typeof stored === 'string' ? (storedTruth.safeParse(stored).data ?? null) : null
}
