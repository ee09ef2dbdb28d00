/** The editor of all settings: which section a setting belongs to, and how it is entered. */
import { providers } from '../../../core/contract/providers.ts'
import type { Recipe } from '../../../core/contract/recipe.ts'
import type { Part } from '../../recipe/parts.ts'
import { settings, valueText } from '../../recipe/parts.ts'

/** Sections in the order of the editor. */
export const sections = [
  'supervision',
  'mixing',
  'student',
  'length',
  'optimizer',
  'schedule',
  'augmentation',
  'evaluation',
  'machine',
  'files',
] as const
export type Section = (typeof sections)[number]

const places: Record<string, Section> = {
  supervision: 'supervision',
  clean: 'supervision',
  distill: 'supervision',
  classSpace: 'supervision',
  axes: 'supervision',
  annotation: 'supervision',
  labelSmoothing: 'supervision',
  cutmix: 'mixing',
  mixup: 'mixing',
  student: 'student',
  size: 'student',
  mean: 'student',
  std: 'student',
  batchNormMomentum: 'student',
  epochs: 'length',
  batch: 'length',
  accumulate: 'length',
  seed: 'length',
  lr: 'optimizer',
  optimizer: 'optimizer',
  clipNorm: 'optimizer',
  ema: 'optimizer',
  schedule: 'schedule',
  augmentation: 'augmentation',
  evaluation: 'evaluation',
  trainSplit: 'evaluation',
  valSplit: 'evaluation',
  validateEvery: 'evaluation',
  provider: 'machine',
  threads: 'machine',
  workers: 'machine',
  prefetch: 'machine',
  cache: 'machine',
  checkpoint: 'files',
  logEvery: 'files',
}

/** Values to choose from, where a setting is one of a few words. */
const choices: Record<string, readonly string[]> = {
  clean: ['drop', 'replace'] satisfies Recipe['clean'][],
  classSpace: ['project', 'annotator'] satisfies Recipe['classSpace'][],
  axes: ['correct', 'published'] satisfies Recipe['axes'][],
  provider: [...providers],
  'optimizer.kind': ['sgd', 'adamw', 'adamp'] satisfies Recipe['optimizer']['kind'][],
  'schedule.kind': ['cosine', 'step', 'constant'] satisfies Recipe['schedule']['kind'][],
  'evaluation.mode': ['center', 'squash'] satisfies Recipe['evaluation']['mode'][],
}

/** Settings that may be left empty (null): then the program chooses. */
const optional = new Set([
  'distill.size',
  'distill.model',
  'lr',
  'schedule.warmupSteps',
  'clipNorm',
  'ema',
  'augmentation.crop',
  'evaluation.resize',
  'evaluation.batch',
  'workers',
  'threads',
  'cache.side',
  'checkpoint.everySteps',
  'valSplit',
  'annotation',
  'logEvery',
])

/** Settings that are words although their default may be null. */
const words = new Set(['student', 'trainSplit', 'valSplit', 'annotation', 'distill.model'])

/** How a setting is entered. */
export type FieldKind = 'switch' | 'choice' | 'number' | 'list' | 'text'

export interface Field {
  path: string
  kind: FieldKind
  options: readonly string[]
  optional: boolean
}

/** Section of a setting; what a newer backend adds comes last. */
const sectionOf = (path: string): Section => places[path.split('.')[0] ?? ''] ?? 'files'

/** How the setting at `path` is entered; `value` is its value, or its default. */
export function fieldOf(path: string, value: unknown, more: Record<string, readonly string[]> = {}): Field {
  const options = more[path] ?? choices[path] ?? []
  const kind: FieldKind =
    options.length > 0
      ? 'choice'
      : typeof value === 'boolean'
        ? 'switch'
        : Array.isArray(value)
          ? 'list'
          : typeof value === 'string' || words.has(path)
            ? 'text'
            : 'number'
  return { path, kind, options, optional: optional.has(path) }
}

/** Fields by section, in the order of the recipe; empty sections are left out. */
export function fieldsOf(
  recipe: Part,
  more: Record<string, readonly string[]> = {},
): { section: Section; fields: Field[] }[] {
  const all = settings(recipe).map(([path, value]) => fieldOf(path, value, more))
  return sections
    .map(section => ({ section, fields: all.filter(field => sectionOf(field.path) === section) }))
    .filter(group => group.fields.length > 0)
}

/** What was typed, as a value; undefined where it is none (no number, nothing where something is needed). */
export function parseField(field: Field, text: string): unknown {
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

/** Problems of `training.resolve` (`path: reason`) by path; those of no known setting under ''. */
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
