/** Targets from a label map: localized or global, multi or single, in the project's classes. */
import { fail } from '../base/error.ts'
import type { ClassMap } from '../labelmap/class-map.ts'
import type { LabelMap } from '../labelmap/label-map.ts'
import type { Crop, ImageSize } from './crop.ts'
import { createPoolScratch, poolSparse, poolWhole } from './pool-sparse.ts'
import type { PoolOptions, PoolScratch } from './pool-sparse.ts'
import { sparseArgmax, sparseSoftmax } from './softmax.ts'
import type { SparseLogits } from './softmax.ts'

/** The state with which one thread makes targets from one annotation's maps: class map, options and working memory. */
export interface TargetScratch {
  classMap: ClassMap
  options: PoolOptions
  pool: PoolScratch
  /** The pooled logits in project classes, where they differ from the annotator's. */
  project: SparseLogits
  /** The annotator's pooled logits as those of the project: both class lists are equal. */
  same: SparseLogits
  /** Which of the two the newest target was made of. */
  pooled: SparseLogits
  /** [project classes]: number of touched annotator classes that map to each. */
  seen: Int32Array
  shares: Float64Array
}

/** What a target omits. */
export interface TargetFigures {
  /** Share (0…1) of the pooled softmax mass over all annotator classes that lies on classes without a project class. */
  unmatchedMass: number
}

/** Memory for the targets of one class map, pooled by one rule; reuse it for every crop. */
export function createTargetScratch(classMap: ClassMap, options: PoolOptions = {}): TargetScratch {
  const classes = classMap.projectClasses
  const pool = createPoolScratch(classMap.target.length)
  const project: SparseLogits = {
    classes,
    values: new Float64Array(classes),
    list: new Int32Array(classes),
    count: 0,
    background: 0,
    dead: classMap.merged.length > 0 ? Int32Array.from(classMap.merged, ([one]) => one) : undefined,
  }
  return {
    classMap,
    options,
    pool,
    project,
    same: { classes, values: pool.values, list: pool.list, count: 0, background: 0 },
    pooled: project,
    seen: new Int32Array(classes),
    shares: new Float64Array(classes),
  }
}

/**
 * Localized multi-label, the supervision `relabel`: pool the crop, map to the project's classes (of several annotator
 * classes the maximum logit wins; project classes without an annotator class get the fill logit), softmax. Writes
 * `out` [project classes]. With equal class lists this is exactly the published rule.
 * Throws 'mismatch' for an `out` of another length, 'usage' for a crop outside the image, 'bad-label-map' for a map
 * that cannot be trusted.
 */
export function poolTarget(
  map: LabelMap,
  crop: Crop,
  imageSize: ImageSize,
  out: Float32Array,
  scratch: TargetScratch,
): TargetFigures {
  checkRoom(out, scratch)
  poolSparse(map, crop, imageSize, scratch.pool, scratch.options)
  return finish(out, scratch, false)
}

/** Localized single label: one-hot of the highest pooled logit of the crop (ties: the lower class). */
export function poolSingleTarget(
  map: LabelMap,
  crop: Crop,
  imageSize: ImageSize,
  out: Float32Array,
  scratch: TargetScratch,
): TargetFigures {
  checkRoom(out, scratch)
  poolSparse(map, crop, imageSize, scratch.pool, scratch.options)
  return finish(out, scratch, true)
}

/** Global multi-label: the mean over the whole map, softmax; the same for every crop of an image. */
export function globalTarget(map: LabelMap, out: Float32Array, scratch: TargetScratch): TargetFigures {
  checkRoom(out, scratch)
  poolWhole(map, scratch.pool, scratch.options)
  return finish(out, scratch, false)
}

/** Global single label: one-hot of the highest logit of the map's mean (ties: the lower class). */
export function globalSingleTarget(map: LabelMap, out: Float32Array, scratch: TargetScratch): TargetFigures {
  checkRoom(out, scratch)
  poolWhole(map, scratch.pool, scratch.options)
  return finish(out, scratch, true)
}

function checkRoom(out: Float32Array, { classMap }: TargetScratch): void {
  if (out.length !== classMap.projectClasses)
    fail('mismatch', `a target of ${out.length} classes for a project of ${classMap.projectClasses}`)
}

/** Converts pooled logits to the target. */
function finish(out: Float32Array, scratch: TargetScratch, single: boolean): TargetFigures {
  const { classMap, pool } = scratch
  const z = (scratch.pooled = inProject(scratch))
  if (single) {
    out.fill(0)
    out[sparseArgmax(z)] = 1
  } else {
    sparseSoftmax(z, scratch.shares, out)
  }
  return { unmatchedMass: classMap.unmatched.length === 0 ? 0 : massOutside(pool, classMap) }
}

/** The pooled logits in project classes. */
function inProject({ classMap, pool, project, same, seen }: TargetScratch): SparseLogits {
  if (!classMap.identity || paintedOwn(pool, classMap)) {
    toProject(pool, classMap, project, seen)
    return project
  }
  same.count = pool.count
  same.background = pool.background
  return same
}

/** Whether the crop touched a class that only corrections write. */
function paintedOwn(pool: PoolScratch, { target, annotatorClasses }: ClassMap): boolean {
  if (target.length === annotatorClasses) return false
  for (let i = 0; i < pool.count; i++) if (pool.list[i]! >= annotatorClasses) return true
  return false
}

/**
 * The maximum logit of the annotator classes that map to each project class; untouched ones have the background logit.
 */
function toProject(pool: PoolScratch, classMap: ClassMap, project: SparseLogits, seen: Int32Array): void {
  const { target, members, annotatorClasses } = classMap
  const { values, list } = project
  let count = 0
  let own = false
  for (let i = 0; i < pool.count; i++) {
    const id = pool.list[i]!
    if (id >= annotatorClasses) {
      own = true
      continue
    }
    const to = target[id]!
    if (to < 0) continue
    const value = pool.values[id]!
    if (seen[to] === 0) {
      list[count++] = to
      values[to] = value
    } else if (value > values[to]!) {
      values[to] = value
    }
    seen[to] = seen[to]! + 1
  }
  if (own) count = addOwn(pool, classMap, project, seen, count)
  for (let i = 0; i < count; i++) {
    const to = list[i]!
    if (seen[to]! < members[to]! && pool.background > values[to]!) values[to] = pool.background
    seen[to] = 0
  }
  project.count = count
  project.background = pool.background
}

/** Adds the classes that only corrections write; returns the new number of touched project classes. */
function addOwn(
  pool: PoolScratch,
  { target, members, annotatorClasses }: ClassMap,
  project: SparseLogits,
  seen: Int32Array,
  before: number,
): number {
  const { values, list } = project
  let count = before
  for (let i = 0; i < pool.count; i++) {
    const id = pool.list[i]!
    if (id < annotatorClasses) continue
    const to = target[id]!
    if (to < 0) continue
    const value = pool.values[id]!
    if (seen[to]! > 0) {
      values[to] = Math.max(values[to]!, value)
      continue
    }
    list[count++] = to
    // The only class behind a missing one; others compete with annotator classes that the crop did not touch.
    const alone = id === annotatorClasses + to && members[to] === 1
    values[to] = alone ? value : Math.max(value, pool.background)
    seen[to] = members[to]! || 1
  }
  return count
}

/** Share of the softmax mass on unmatched classes: of the annotator's classes, and those that corrections write. */
function massOutside(pool: PoolScratch, classMap: ClassMap): number {
  const { values, list, count, background } = pool
  const classes = classMap.annotatorClasses
  let top = background
  for (let i = 0; i < count; i++) top = Math.max(top, values[list[i]!]!)
  let inside = 0
  let outside = 0
  let outsiders = 0
  let own = 0
  for (let i = 0; i < count; i++) {
    const id = list[i]!
    const share = Math.exp(values[id]! - top)
    const isOwn = id >= classes
    if (isOwn) own++
    if (classMap.target[id]! < 0) {
      outside += share
      if (!isOwn) outsiders++
    } else {
      inside += share
    }
  }
  const rest = Math.exp(background - top)
  outside += (classMap.unmatched.length - outsiders) * rest
  inside += (classes - (count - own) - (classMap.unmatched.length - outsiders)) * rest
  return outside / (inside + outside)
}
