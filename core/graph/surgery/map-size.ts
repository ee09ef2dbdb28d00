/** How large an annotator's label map is for an image size, and how many pixels a cell covers. */
import type { Dim, OnnxModel } from '../model.ts'
import { factsAt } from '../inference/consistent.ts'
import { labelMapName } from './report.ts'

/**
 * [h, w] of the label map for an image of [height, width] pixels; undefined if the annotator does not take that size
 * or shape inference cannot tell.
 */
export function mapSize(
  annotator: OnnxModel,
  [height, width]: readonly [height: number, width: number],
): [h: number, w: number] | undefined {
  const { graph } = annotator
  const input = graph.inputs[0]
  if (!input?.shape || input.shape.length !== 4) return undefined
  const want = [1, 3, height, width]
  const shape = input.shape.map((dim, i): Dim => (typeof dim === 'number' && i < 2 ? dim : want[i]!))
  const fixed = [2, 3].some(i => typeof input.shape![i] === 'number' && input.shape![i] !== want[i])
  if (fixed) return undefined
  const map = factsAt(graph, { [input.name]: shape })?.get(labelMapName)?.shape
  const [h, w] = map?.slice(2) ?? []
  return typeof h === 'number' && typeof w === 'number' ? [h, w] : undefined
}

/** Pixels per cell: from the growth of the map with the image, or at a fixed size their quotient. */
export function strideOf(annotator: OnnxModel): [down: number, across: number] | undefined {
  const [height, width] = annotator.graph.inputs[0]?.shape?.slice(2) ?? []
  const ratio = (pixels: number[], cells: number[]): [number, number] | undefined => {
    const [down = NaN, across = NaN] = pixels.map((size, i) => size / cells[i]!)
    return Number.isInteger(down) && Number.isInteger(across) ? [down, across] : undefined
  }
  if (typeof height === 'number' && typeof width === 'number') {
    const map = mapSize(annotator, [height, width])
    return map && ratio([height, width], map)
  }
  const small = mapSize(annotator, [1024, 1024])
  const large = mapSize(annotator, [2048, 2048])
  return small && large && ratio([1024, 1024], [large[0] - small[0], large[1] - small[1]])
}
