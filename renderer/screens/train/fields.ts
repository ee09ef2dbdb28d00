/**
 * The settings of a recipe as a form enters them: typed text to values and back, and which problem belongs to which
 * setting.
 */
import type { RecipeSection } from '../../../core/contract/recipe.ts'
import type { RecipeSetting } from '../../../core/contract/recipe-settings.ts'
import { valueAt, valueText, type Part } from '../../recipe/parts.ts'

/** The settings of a recipe, by section, without those of absent groups. */
export function fieldsOf(
  settings: readonly RecipeSetting[],
  recipe: Part,
): { section: RecipeSection; fields: RecipeSetting[] }[] {
  const absent = settings
    .filter(({ kind, path }) => kind === 'group' && valueAt(recipe, path) === null)
    .map(({ path }) => `${path}.`)
  const shown = settings.filter(({ path }) => !absent.some(group => path.startsWith(group)))
  return [...Map.groupBy(shown, setting => setting.section)].map(([section, fields]) => ({ section, fields }))
}

/** Whether the user changed it; for a group, whether it was removed. */
export function isChanged(changes: Part, { kind, path }: RecipeSetting): boolean {
  const value = valueAt(changes, path)
  return kind === 'group' ? value === null : value !== undefined
}

/** Parses the input; undefined if it is invalid (not a number, or empty but required). */
export function parseField(field: Pick<RecipeSetting, 'kind' | 'optional'>, text: string): unknown {
  const trimmed = text.trim()
  if (trimmed === '') return field.optional ? null : undefined
  if (field.kind === 'number') return numberOf(trimmed)
  if (field.kind === 'switch') return trimmed === 'true'
  if (field.kind !== 'list') return trimmed
  const values = trimmed.split(/[\s,;]+/).filter(part => part !== '')
  const numbers = values.map(numberOf)
  return numbers.includes(undefined) ? undefined : numbers
}

function numberOf(text: string): number | undefined {
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

/** The text that {@link parseField} reads back. */
export const fieldText = (value: unknown): string => valueText(value)

/** The limits of a number for display: `0…1`, `≥ 1`; undefined if there are none. */
export function rangeText({ kind, minimum, maximum }: RecipeSetting): string | undefined {
  if (kind !== 'number') return undefined
  if (minimum !== null && maximum !== null && maximum < 1e6) return `${minimum}…${maximum}`
  if (minimum !== null) return `≥ ${minimum}`
  return maximum === null ? undefined : `≤ ${maximum}`
}

/** Problems of `training.resolve` (`path: reason`) by path; those of unknown settings under ''. */
export function problemsByPath(problems: readonly string[], paths: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const problem of problems) {
    const parted = /^([\w.]+): (.*)$/s.exec(problem)
    const path = parted?.[1] ?? ''
    // A problem of one number of a list (`mean.1`) or of a group (`augmentation.crop`) belongs to the nearest setting.
    const at = paths.find(
      known => path === known || path.startsWith(`${known}.`) || known.startsWith(`${path}.`),
    )
    const key = at !== undefined && path !== '' ? at : ''
    const reason = key === '' ? problem : (parted?.[2] ?? problem)
    found.set(key, found.has(key) ? `${found.get(key)}; ${reason}` : reason)
  }
  return found
}
