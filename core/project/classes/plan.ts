/** Steps of changing classes as patches of their rows, checked against all other classes: pure, nothing is stored here. */
import { fail } from '../../base/error.ts'
import type { ClassPatch, ClassStep } from '../../contract/api/classes.ts'
import { knownNames, normalName, synonymsOf } from '../../labelmap/match-classes.ts'
import { rootsOf, type StoredClass } from '../database/classes.ts'
import { effectiveShorts } from './shorts.ts'

/** What a step changes; `added`: the number of a new class. */
export interface ClassPlan {
  patches: ClassPatch[]
  added: number | null
}

const mostClasses = 1_000_000

/** The patches of a step; patches that change nothing are left out. Throws `usage` with the reason, `not-found`. */
export function planStep(rows: readonly StoredClass[], step: ClassStep): ClassPlan {
  const plan = planned(rows, step)
  return { ...plan, patches: plan.patches.filter(patch => changesSomething(rows[patch.class], patch)) }
}

function planned(rows: readonly StoredClass[], step: ClassStep): ClassPlan {
  switch (step.kind) {
    case 'set':
      return { patches: [planSet(rows, step)], added: null }
    case 'add':
      return planAdd(rows, step)
    case 'merge':
      return { patches: planMerge(rows, step.classes, step.into), added: null }
    case 'separate':
      return { patches: planSeparate(rows, step.classes), added: null }
    case 'move':
      return { patches: planMove(rows, step.classes, step.before), added: null }
    case 'arrange':
      return { patches: planArrange(rows, step.by), added: null }
  }
}

function require(rows: readonly StoredClass[], number: number): StoredClass {
  return (
    rows[number] ??
    fail('not-found', `the project has no class ${number}; its classes are 0 to ${rows.length - 1}`, {
      class: number,
    })
  )
}

const title = ({ number, name }: StoredClass): string => `class ${number} (${name})`

function planSet(rows: readonly StoredClass[], step: Extract<ClassStep, { kind: 'set' }>): ClassPatch {
  const row = require(rows, step.class)
  const { name, short, colour, key } = step
  const settings = { class: step.class, short, colour, key }
  checkShort(rows, step.class, step.short)
  checkKey(rows, step.class, step.key)
  if (name === undefined || name === row.name) return given(settings)
  checkName(rows, name, row)
  const also = [...new Set([...(row.also ?? []), row.name])].filter(one => one !== name)
  return given({ ...settings, name, also })
}

/** Without the fields that are not given. */
function given(patch: ClassPatch): ClassPatch {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as ClassPatch
}

function planAdd(rows: readonly StoredClass[], step: Extract<ClassStep, { kind: 'add' }>): ClassPlan {
  const { name, wnid, short, colour, key } = step
  if (rows.length >= mostClasses)
    fail('usage', `a project has at most ${mostClasses.toLocaleString('en')} classes`)
  checkName(rows, step.name, null)
  const other = wnid === undefined ? undefined : rows.find(row => row.wnid === wnid)
  if (other) fail('usage', `${title(other)} has the WordNet id ${wnid} already`, { class: other.number })
  checkShort(rows, rows.length, step.short)
  checkKey(rows, rows.length, step.key)
  return { patches: [{ class: rows.length, name, wnid, short, colour, key }].map(given), added: rows.length }
}

/**
 * A name, and each of its synonyms, may belong to one class only, or label maps and models could no longer be matched.
 * Names of earlier count too; what the class itself has already, and what it was merged with, does not.
 */
function checkName(rows: readonly StoredClass[], name: string, own: StoredClass | null): void {
  const roots = rootsOf(rows)
  const root = own ? roots[own.number]! : -1
  const wanted = new Set([normalName(name), ...synonymsOf(name)])
  const kept = new Set(own ? knownNames(withAlso(own)) : [])
  for (const row of rows) {
    if (roots[row.number] === root) continue
    const taken = knownNames(withAlso(row)).find(one => wanted.has(one) && !kept.has(one))
    if (taken !== undefined)
      fail(
        'usage',
        `"${taken}" is a name of ${title(row)}, now or before; choose another name, or merge the two classes`,
        { class: row.number },
      )
  }
}

const withAlso = ({ name, also }: StoredClass): { name: string; also?: string[] } =>
  also === null ? { name } : { name, also }

function checkShort(rows: readonly StoredClass[], number: number, short: string | null | undefined): void {
  if (short === undefined || short === null) return
  const same = short.toLowerCase()
  const shorts = effectiveShorts(rows)
  const other = rows.find(
    (row, i) => i !== number && row.merged === null && shorts[i]!.toLowerCase() === same,
  )
  if (other) fail('usage', `"${short}" is the short name of ${title(other)} already`, { class: other.number })
}

function checkKey(rows: readonly StoredClass[], number: number, key: string | null | undefined): void {
  if (key === undefined || key === null) return
  const other = rows.find(row => row.number !== number && row.merged === null && row.key === key)
  if (other) fail('usage', `the key ${key} chooses ${title(other)} already`, { class: other.number })
}

function planMerge(rows: readonly StoredClass[], classes: readonly number[], into: number): ClassPatch[] {
  require(rows, into)
  const roots = rootsOf(rows)
  const target = roots[into]!
  const others = [...new Set(classes)].filter(one => roots[require(rows, one).number] !== target)
  if (others.length === 0)
    fail('usage', `choose a class other than ${title(rows[target]!)} to merge into it`, { class: into })
  return others.map(one => ({ class: one, merged: target }))
}

function planSeparate(rows: readonly StoredClass[], classes: readonly number[]): ClassPatch[] {
  return [...new Set(classes)].map(one => {
    const row = require(rows, one)
    if (row.merged === null) fail('usage', `${title(row)} is not merged into another class`, { class: one })
    return { class: one, merged: null }
  })
}

const placeOf = (row: StoredClass): number => row.place ?? row.number

/** Class numbers in the order of display. */
export function displayOrder(rows: readonly StoredClass[]): number[] {
  return rows.map(row => row.number).sort((a, b) => placeOf(rows[a]!) - placeOf(rows[b]!) || a - b)
}

/** Only the classes that move get a new place, unless there is no number left between their neighbours. */
function planMove(
  rows: readonly StoredClass[],
  classes: readonly number[],
  before: number | null,
): ClassPatch[] {
  const moving = new Set(classes)
  for (const one of moving) require(rows, one)
  if (before !== null) require(rows, before)
  const order = displayOrder(rows)
  const moved = order.filter(one => moving.has(one))
  const start = before === null ? order.length : order.indexOf(before)
  const ahead = order.slice(0, start).filter(one => !moving.has(one))
  const behind = order.slice(start).filter(one => !moving.has(one))
  const low = ahead.length === 0 ? null : placeOf(rows[ahead.at(-1)!]!)
  const high = behind.length === 0 ? null : placeOf(rows[behind[0]!]!)
  const first = low ?? (high ?? 0) - moved.length - 1
  const last = high ?? first + moved.length + 1
  const step = (last - first) / (moved.length + 1)
  const places = moved.map((_, i) => first + step * (i + 1))
  if (places.every((place, i) => place > (places[i - 1] ?? first) && place < last))
    return moved.map((one, i) => ({ class: one, place: places[i]! }))
  return [...ahead, ...moved, ...behind].map((one, i) => ({ class: one, place: i === one ? null : i }))
}

function planArrange(rows: readonly StoredClass[], by: 'number' | 'name'): ClassPatch[] {
  if (by === 'number') return rows.map(row => ({ class: row.number, place: null }))
  const compare = new Intl.Collator('en', { sensitivity: 'base', numeric: true }).compare
  return [...rows]
    .sort((a, b) => compare(a.name, b.name) || a.number - b.number)
    .map((row, i) => ({ class: row.number, place: i === row.number ? null : i }))
}

function changesSomething(row: StoredClass | undefined, patch: ClassPatch): boolean {
  if (!row) return true
  return (Object.keys(patch) as (keyof ClassPatch)[]).some(
    field =>
      field !== 'class' &&
      patch[field] !== undefined &&
      JSON.stringify(patch[field] ?? null) !== JSON.stringify(row[field] ?? null),
  )
}

/** What takes patches back; null where they add a class. */
export function planBack(rows: readonly StoredClass[], patches: readonly ClassPatch[]): ClassPatch[] | null {
  const back: ClassPatch[] = []
  for (const patch of patches) {
    const row = rows[patch.class]
    if (!row) return null
    const former: Record<string, unknown> = { class: patch.class }
    for (const field of Object.keys(patch))
      if (field !== 'class') former[field] = row[field as keyof StoredClass] ?? (field === 'also' ? [] : null)
    back.push(former as ClassPatch)
  }
  return back
}
