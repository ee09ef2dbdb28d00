/**
 * The outbox of unsent steps, which survives a reload or crash of the page: one entry of the browser's storage per image.
 */
import type { SaveStep } from './steps.ts'

/** Which corrections. */
export interface CorrectionPlace {
  /** The project's folder: image ids mean nothing without it. */
  project: string
  annotation: string
  image: number
}

/** The required part of `Storage`. */
export type OutboxStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

const prefix = 'relabel.unsent '

export const placeKey = ({ project, annotation, image }: CorrectionPlace): string =>
  `${prefix}${annotation} ${image} ${project}`

function placeOf(key: string): CorrectionPlace | null {
  const found = /^relabel\.unsent (a\d+) (\d+) (.+)$/su.exec(key)
  if (!found) return null
  return { annotation: found[1]!, image: Number(found[2]), project: found[3]! }
}

/**
 * Stores the steps, or removes the entry if there are none. False if the storage is full: the page then warns before
 * leaving.
 */
export function writeOutbox(
  storage: OutboxStorage,
  place: CorrectionPlace,
  steps: readonly SaveStep[],
): boolean {
  try {
    if (steps.length === 0) storage.removeItem(placeKey(place))
    else storage.setItem(placeKey(place), JSON.stringify(steps))
    return true
  } catch {
    return false
  }
}

/** The stored steps of an image; none if the entry cannot be read. */
export function readOutbox(storage: OutboxStorage, place: CorrectionPlace): SaveStep[] {
  try {
    const value: unknown = JSON.parse(storage.getItem(placeKey(place)) ?? '[]')
    return Array.isArray(value) ? value.filter(isStep) : []
  } catch {
    return []
  }
}

/** Images of a project with unconfirmed steps. */
export function outboxPlaces(storage: OutboxStorage, project: string): CorrectionPlace[] {
  const places: CorrectionPlace[] = []
  for (let i = 0; i < storage.length; i++) {
    const place = placeOf(storage.key(i) ?? '')
    if (place?.project === project) places.push(place)
  }
  return places
}

function isStep(value: unknown): value is SaveStep {
  const step = value as Partial<SaveStep> | null
  if (step?.kind === 'undo' || step?.kind === 'redo') return typeof step.edit === 'string'
  return step?.kind === 'apply' && typeof step.edit === 'object' && Array.isArray(step.edit.changes)
}
