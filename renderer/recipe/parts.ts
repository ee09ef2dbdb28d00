/** Recipes as trees: merges parts, reads and changes settings, and lists differences. */
import { isRecord, overlay } from '../../core/base/plain.ts'

/** Any part of a recipe, as JSON. */
export type Part = Record<string, unknown>

/** A setting that differs. */
export interface Difference {
  /** `optimizer.weightDecay` */
  path: string
  from: unknown
  to: unknown
}

/** Later parts override earlier ones, objects are merged; the same rule as in the backend. */
export const mergeParts = (parts: readonly Part[]): Part =>
  parts.reduce<unknown>((merged, part) => overlay(merged, part), {}) as Part

/** The value at `a.b.c`; undefined if there is none. */
export function valueAt(part: Part, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), part)
}

/** A copy with the value at `path`; missing objects are created. */
export function withValue(part: Part, path: string, value: unknown): Part {
  const [key = '', ...rest] = path.split('.')
  if (rest.length === 0) return { ...part, [key]: value }
  const below = part[key]
  return { ...part, [key]: withValue(isRecord(below) ? below : {}, rest.join('.'), value) }
}

/** A copy without `path`; empty objects are removed too. */
export function withoutValue(part: Part, path: string): Part {
  const [key = '', ...rest] = path.split('.')
  const { [key]: below, ...others } = part
  if (rest.length === 0 || !isRecord(below)) return others
  const left = withoutValue(below, rest.join('.'))
  return Object.keys(left).length === 0 ? others : { ...others, [key]: left }
}

/** Every setting with its path, in the order of the recipe; lists are one setting. */
export function settings(part: Part, prefix = ''): [path: string, value: unknown][] {
  return Object.entries(part).flatMap(([key, value]): [string, unknown][] =>
    isRecord(value) ? settings(value, `${prefix}${key}.`) : [[`${prefix}${key}`, value]],
  )
}

/** Settings of `to` that are not those of `from`, and those that only `from` has (`to` undefined). */
export function differences(from: Part, to: Part): Difference[] {
  const [before, after] = [new Map(settings(from)), new Map(settings(to))]
  return [...new Set([...after.keys(), ...before.keys()])]
    .map(path => ({ path, from: before.get(path), to: after.get(path) }))
    .filter(({ from: a, to: b }) => JSON.stringify(a) !== JSON.stringify(b))
}

/** A setting's value as text: lists with commas, nothing for null. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(valueText).join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean)
}
