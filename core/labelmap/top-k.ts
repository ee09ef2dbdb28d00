/** From a dense class map to its K strongest classes per cell. */
import { fail } from '../base/error.ts'
import type { LabelMap } from './label-map.ts'
import { checkShape, mapLimits } from './validate.ts'

/**
 * The label map of `dense` `[C, H, W]`: the K classes with the highest logits of each cell, in descending order; of equal
 * logits the lower class comes first. K above C is cut to C. Throws 'usage' for a K below 1 or a shape that does not fit,
 * 'bad-label-map' if a logit is not finite.
 */
export function topK(
  dense: Float32Array,
  shape: readonly [C: number, H: number, W: number],
  k: number,
): LabelMap {
  const [C, H, W] = shape
  if (!Number.isSafeInteger(k) || k < 1) fail('usage', `K must be a positive integer, not ${k}`)
  if (dense.length !== C * H * W || !(C >= 1))
    fail('usage', `${dense.length} values do not fill a class map of shape [${shape.join(', ')}]`)
  const K = Math.min(k, C)
  if (K > mapLimits.depth) fail('usage', `K is at most ${mapLimits.depth}, not ${K}`)
  const cells = H * W
  checkShape([K, H, W], K * cells, 'the label map')
  const ids = C <= 65536 ? new Uint16Array(K * cells) : new Uint32Array(K * cells)
  const logits = new Float32Array(K * cells).fill(-Infinity)
  const threshold = logits.subarray((K - 1) * cells)

  // Class by class, in memory order; most values fail the single comparison with the cell's K-th best so far.
  for (let c = 0; c < C; c++) {
    for (let cell = 0; cell < cells; cell++) {
      const value = dense[c * cells + cell]!
      if (value - value !== 0) refuse(value, c, cell, W)
      if (!(value > threshold[cell]!)) continue
      let place = (K - 1) * cells + cell
      while (place >= cells && value > logits[place - cells]!) {
        logits[place] = logits[place - cells]!
        ids[place] = ids[place - cells]!
        place -= cells
      }
      logits[place] = value
      ids[place] = c
    }
  }
  return { shape: [K, H, W], ids, logits }
}

function refuse(value: number, c: number, cell: number, W: number): never {
  return fail(
    'bad-label-map',
    `the annotator gave ${value} for class ${c} at row ${Math.floor(cell / W)}, column ${cell % W}`,
    {
      class: c,
    },
  )
}
