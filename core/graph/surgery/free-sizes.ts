/** Makes batch and image size flexible if an export fixed them unnecessarily. */
import { fail } from '../../base/error.ts'
import type { Dim, Graph } from '../model.ts'
import { factsAt } from '../inference/consistent.ts'

/** Sizes that are tried for a fixed dimension (or in place of a symbol): the operands must fit at all of them. */
const probes = (size: number): number[] => [2 * size, size + 32, 3 * size + 64]

/** The map's size [h, w] of an annotator at an input shape of numbers, or undefined if it could not run at that shape. */
function mapAt(graph: Graph, input: string, shape: number[], output: string): number[] | undefined {
  const map = factsAt(graph, { [input]: shape })?.get(output)?.shape
  const fixed = map?.every(dim => typeof dim === 'number') && map.length === 4 && map[0] === shape[0]
  return fixed ? map : undefined
}

const numberOr = (dim: Dim | undefined, fallback: number): number =>
  typeof dim === 'number' ? dim : fallback

/**
 * The input's shape with symbols for batch, height and width where the graph runs at other sizes as well; otherwise as
 * it was, with a warning. `output` is the label map's value.
 */
export function freeSizes(
  graph: Graph,
  input: string,
  shape: Dim[],
  output: string,
): { shape: Dim[]; warnings: string[] } {
  if (shape.length !== 4)
    fail('unsupported', `the input "${input}" has ${shape.length} dimensions, where images have 4`)
  const warnings: string[] = []
  const usual = [
    numberOr(shape[0], 1),
    numberOr(shape[1], 3),
    numberOr(shape[2], 224),
    numberOr(shape[3], 224),
  ]
  const [n = 1, c = 3, h = 224, w = 224] = usual
  const free = [...shape]
  const works = (sizes: number[][]): boolean =>
    sizes.every(size => mapAt(graph, input, size, output) !== undefined)
  if (typeof shape[0] !== 'string') {
    if (works([n + 1, 3 * n + 4].map(batch => [batch, c, h, w]))) free[0] = 'batch'
    else if (shape[0] !== null) warnings.push(`the export fixes the batch to ${n}`)
  }
  if (typeof shape[2] === 'number' || typeof shape[3] === 'number') {
    const sizes = probes(h).flatMap((height, i) => [
      [n, c, height, probes(w)[i]!],
      [n, c, height, w],
    ])
    if (works(sizes)) {
      free[2] = typeof shape[2] === 'string' ? shape[2] : 'height'
      free[3] = typeof shape[3] === 'string' ? shape[3] : 'width'
    } else warnings.push(`the export fixes the image size to ${h}×${w}`)
  }
  return { shape: free, warnings }
}
