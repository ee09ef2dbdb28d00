/** Whether a label map can be trusted: shape, ids, logits. */
import { fail } from '../base/error.ts'
import type { LabelMap } from './label-map.ts'

/** Largest K, H and W, and largest number of entries, that this program reads or writes. */
export const mapLimits = { side: 4096, depth: 4096, entries: 1 << 24 }

/** Options of {@link validateLabelMap}. */
export interface ValidateOptions {
  /** C: ids must be below it. */
  classes?: number
  /** The map's name in messages: a file or an image's key. */
  name?: string
}

/** Throws 'bad-label-map' unless the shape is within {@link mapLimits} and `entries` fill it. */
export function checkShape(shape: readonly number[], entries: number, name = 'the label map'): void {
  const [K, H, W] = shape
  const whole = shape.length === 3 && shape.every(n => Number.isSafeInteger(n) && n >= 1)
  if (!whole)
    fail(
      'bad-label-map',
      `${name} has the shape [${shape.join(', ')}]; [K, H, W] with sides of at least 1 is needed`,
    )
  if (K! > mapLimits.depth || H! > mapLimits.side || W! > mapLimits.side || K! * H! * W! > mapLimits.entries)
    fail(
      'bad-label-map',
      `${name} has the shape [${shape.join(', ')}], which is larger than this program reads`,
    )
  if (entries !== K! * H! * W!)
    fail(
      'bad-label-map',
      `${name} has ${entries} entries, but its shape [${shape.join(', ')}] holds ${K! * H! * W!}`,
    )
}

/**
 * Throws 'bad-label-map' for an invalid map. In a valid one, shape and lengths agree, logits are finite, no class occurs
 * twice in a cell, and ids are below `classes` where given. The order within a cell is not checked, for maps from other
 * programs.
 */
export function validateLabelMap(map: LabelMap, options: ValidateOptions = {}): void {
  const { classes = 2 ** 32, name = 'the label map' } = options
  const { shape, ids, logits } = map
  checkShape(shape, logits.length, name)
  checkShape(shape, ids.length, name)
  const [K, H, W] = shape
  const cells = H * W
  for (let i = 0; i < logits.length; i++) {
    const where = { k: Math.floor(i / cells), y: Math.floor((i % cells) / W), x: i % W }
    if (!Number.isFinite(logits[i]!))
      fail(
        'bad-label-map',
        `${name} has the logit ${logits[i]} at k ${where.k}, row ${where.y}, column ${where.x}`,
        where,
      )
    if (ids[i]! >= classes)
      fail('bad-label-map', `${name} has class ${ids[i]} where there are ${classes} classes`, where)
  }
  for (let cell = 0; cell < cells; cell++) {
    if (repeats(ids, cell, cells, K))
      fail('bad-label-map', `${name} lists a class twice at row ${Math.floor(cell / W)}, column ${cell % W}`)
  }
}

/** Whether a cell lists a class twice; compares for small K, uses a set for large K. */
function repeats(ids: ArrayLike<number>, cell: number, cells: number, depth: number): boolean {
  if (depth > 32) {
    const seen = new Set<number>()
    for (let k = 0; k < depth; k++) seen.add(ids[k * cells + cell]!)
    return seen.size < depth
  }
  for (let k = 1; k < depth; k++)
    for (let before = 0; before < k; before++)
      if (ids[k * cells + cell] === ids[before * cells + cell]) return true
  return false
}
