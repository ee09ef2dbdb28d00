/** Carries the corrections of all images of an annotation to another one, or tells what that would do. */
import { createHash } from 'node:crypto'
import { fail, RelabelError } from '../../base/error.ts'
import { edit as editSchema } from '../../contract/api/corrections.ts'
import { classSpaceOf, type ClassSpace } from '../../labelmap/class-space.ts'
import { carryEdits, historyFrom, type LeaderChange, type LeftOut } from '../../labelmap/corrections/index.ts'
import type { LabelMapReader } from '../../labelmap/files/index.ts'
import { matchClasses, type NamedClass } from '../../labelmap/match-classes.ts'
import type { Project } from '../database/handle.ts'
import { applyEdit, editIds, getCorrections, listCorrected, type CorrectedImage } from './store.ts'

/** An annotation and its open label maps. */
export interface OpenAnnotation {
  id: string
  reader: LabelMapReader
}

/** What was carried of an image, or would be. */
export interface CarriedImage {
  image: number
  key: string
  /** Edits that the other annotation gets; with `save`, those that it got before a problem. */
  edits: number
  /** Cells there that another shown class leads. */
  leaders: LeaderChange[]
  leftOut: LeftOut[]
  /** Why the image, or what is left of it, is not carried. */
  problem: RelabelError | null
}

/** Problems of one image; the rest goes on. Anything else, such as a full disk, ends it. */
const ofOneImage = new Set([
  'not-found',
  'bad-label-map',
  'mismatch',
  'conflict',
  'bad-project',
  'bad-data',
  'usage',
])
/** Corrected images that are listed at once. */
const atOnce = 500

const carriedId = /-to-a\d+$/
const longestId = 64

/** The edit that a person made, if this one was carried: so that it comes only once to where it came from. */
const originOf = (edit: string): string => edit.replace(carriedId, '')

/** The id of an edit where it is carried to; always the same. */
export function idCarried(edit: string, annotation: string): string {
  const origin = originOf(edit)
  const id = `${origin}-to-${annotation}`
  if (id.length <= longestId) return id
  return `${createHash('sha256').update(origin).digest('hex').slice(0, 40)}-to-${annotation}`
}

/**
 * One corrected image of `from` after another, by row id, each in memory by itself. With `save`, its edits are saved as if a
 * person made them now, each durable, and can be undone; those that `to` has already are not touched, so that an interrupted
 * call can be repeated. Throws 'usage' for the same annotation twice, 'mismatch' if an annotator has no class of the project,
 * 'not-found', 'disk'.
 */
export function* carryCorrections(
  project: Project,
  { from, to, save }: { from: OpenAnnotation; to: OpenAnnotation; save: boolean },
): Generator<CarriedImage, void, undefined> {
  if (from.id === to.id) fail('usage', `corrections of ${from.id} cannot be carried to ${to.id} itself`)
  const ground: Ground = {
    project,
    from,
    to,
    save,
    source: spaceOf(project, from),
    destination: spaceOf(project, to),
    counterparts: counterpartsOf(from.reader.manifest.classes, to.reader.manifest.classes),
  }
  for (let after = 0; ;) {
    const page = listCorrected(project, from.id, { after, most: atOnce })
    for (const one of page) yield carryImage(ground, one)
    if (page.length < atOnce) return
    after = page.at(-1)!.image
  }
}

interface Ground {
  project: Project
  from: OpenAnnotation
  to: OpenAnnotation
  save: boolean
  source: ClassSpace
  destination: ClassSpace
  counterparts: ArrayLike<number>
}

function spaceOf({ classes }: Project, { reader }: OpenAnnotation): ClassSpace {
  const into = classes.map(one => one.into ?? one.index)
  const { fill, classes: annotator } = reader.manifest
  return classSpaceOf(matchClasses(annotator, classes), { fill, into })
}

/** [classes of `from`]: the same class of `to`, by WordNet id or name, or −1. */
function counterpartsOf(from: readonly NamedClass[], to: readonly NamedClass[]): ArrayLike<number> {
  try {
    return matchClasses(from, to).target
  } catch (error) {
    if (error instanceof RelabelError && error.code === 'mismatch') return [] // they share no class
    throw error
  }
}

function carryImage(ground: Ground, { image, key }: CorrectedImage): CarriedImage {
  const told: CarriedImage = { image, key, edits: 0, leaders: [], leftOut: [], problem: null }
  try {
    carryInto(told, ground)
  } catch (error) {
    if (!(error instanceof RelabelError && ofOneImage.has(error.code))) throw error
    told.problem = error
  }
  return told
}

function carryInto(told: CarriedImage, { project, from, to, save, ...classes }: Ground): void {
  const { image, key } = told
  for (const { id, reader } of [from, to])
    if (!reader.has(key))
      fail('not-found', `${id} has no label map of ${key}; annotate it first, then carry again`, { key })
  const there = { image, annotation: to.id }
  const { done } = historyFrom(getCorrections(project, { image, annotation: from.id }))
  const state = getCorrections(project, there)
  const map = to.reader.getSync(key)
  const [, height, width] = from.reader.getSync(key).shape
  const known = editIds(project, there)
  const carried = carryEdits(
    { edits: done, space: classes.source, height, width },
    { map, layer: historyFrom(state).layer, space: classes.destination },
    {
      counterparts: classes.counterparts,
      idOf: edit => idCarried(edit, to.id),
      isThere: edit => known.has(idCarried(edit, to.id)) || known.has(originOf(edit)),
    },
  )
  told.leftOut = carried.leftOut
  told.leaders = carried.leaders
  if (!save) {
    told.edits = carried.edits.length
    return
  }
  const [, H, W] = map.shape
  const extent = { cells: H * W, classes: classes.destination.classMap.target.length }
  let { version } = state
  for (const made of carried.edits) {
    const checked = editSchema.safeParse(made)
    const edit = checked.data ?? fail('mismatch', `edit ${made.id} of ${key} is too large to be carried`)
    version = applyEdit(project, { ...there, version, edit, extent }).version
    told.edits++
  }
}
