/** Label maps painted pixel by pixel straight from the definition, to hold the painter against; slow. */
import type { LabelMap } from '../../core/labelmap/label-map.ts'
import { topClasses } from '../../core/labelmap/layers.ts'
import { onHatch } from '../../core/labelmap/palette.ts'
import type { PaintOptions } from '../../renderer/stage/painter.ts'

/**
 * Softmax of a class in a cell over all C classes, those not listed at the fill logit; 0 where the cell does not list
 * it.
 */
export function shareOf(map: LabelMap, cell: number, id: number, ground: { classes: number; fill: number }) {
  const [K, H, W] = map.shape
  const places = Array.from({ length: K }, (_, k) => k * H * W + cell)
  const own = places.find(at => map.ids[at] === id)
  if (own === undefined) return 0
  const listed = places.reduce((sum, at) => sum + Math.exp(map.logits[at]!), 0)
  return Math.exp(map.logits[own]!) / (listed + (ground.classes - K) * Math.exp(ground.fill))
}

/** The cells that a pixel lies between, each with its weight. */
function around([, H, W]: LabelMap['shape'], side: number, x: number, y: number, smooth: boolean) {
  if (!smooth) return [{ cell: Math.floor(y / side) * W + Math.floor(x / side), weight: 1 }]
  const axis = (pixel: number, cells: number) => {
    const at = Math.min(Math.max((pixel + 0.5) / side - 0.5, 0), cells - 1)
    const low = Math.floor(at)
    return [
      { cell: low, weight: 1 - (at - low) },
      { cell: Math.min(low + 1, cells - 1), weight: at - low },
    ]
  }
  return axis(y, H).flatMap(row =>
    axis(x, W).map(column => ({ cell: row.cell * W + column.cell, weight: row.weight * column.weight })),
  )
}

/** RGBA, `side` × `side` pixels per cell. */
export function slowPicture(map: LabelMap, side: number, options: PaintOptions): Uint8ClampedArray {
  const [, H, W] = map.shape
  const top = topClasses(map)
  const data = new Uint8ClampedArray(H * W * side * side * 4)
  for (let y = 0; y < H * side; y++)
    for (let x = 0; x < W * side; x++) {
      const cells = around(map.shape, side, x, y, options.smooth)
      const ids = options.only === null ? [...new Set(cells.map(({ cell }) => top[cell]!))] : [options.only]
      const shown = ids
        .map(id => ({
          id,
          share: cells.reduce((sum, { cell, weight }) => sum + weight * shareOf(map, cell, id, options), 0),
        }))
        .sort((a, b) => b.share - a.share || a.id - b.id)[0]!
      if (shown.share === 0 || shown.share < options.threshold) continue
      const { color, hatch } = options.swatches.get(shown.id) ?? { color: options.color, hatch: 'plain' }
      const dark = options.only === null && onHatch(hatch, x, y) ? 0.45 : 1
      const alpha = options.opacity * (options.only === null ? 0.35 + 0.65 * shown.share : shown.share)
      const rgb = options.only === null ? color.map(part => part * dark) : options.color
      data.set([...rgb, Math.round(alpha * 255)], (y * W * side + x) * 4)
    }
  return data
}
