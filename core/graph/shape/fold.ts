/** Moving the elements of small known tensors, for shape arithmetic that exporters write with slices and transposes. */
import { elements } from '../tensor.ts'
import type { Dim } from '../model.ts'
import type { Element, Fact } from './fact.ts'
import { maxFolded } from './fact.ts'

/** Dimensions and elements of a fact, where both are known and match. */
export function knownElements(known: Fact | undefined): { dims: number[]; value: Element[] } | undefined {
  const dims = known?.shape
  if (!known?.value || !dims || !isFixed(dims) || known.value.length !== elements(dims)) return undefined
  return { dims, value: known.value }
}

/** Whether every dimension is a number. */
export function isFixed(shape: readonly Dim[]): shape is number[] {
  return shape.every(dim => typeof dim === 'number')
}

/**
 * The elements of an output of `dims`; `source` gives, for an output position, where its element lies along each axis
 * of the input.
 */
export function gathered(
  input: { dims: number[]; value: Element[] },
  dims: readonly number[],
  source: (position: number[]) => number[],
): Element[] | undefined {
  const count = elements(dims)
  if (count > maxFolded) return undefined
  return Array.from({ length: count }, (_, index) => {
    let rest = index
    const position = new Array<number>(dims.length).fill(0)
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      position[axis] = rest % dims[axis]!
      rest = Math.floor(rest / dims[axis]!)
    }
    const at = source(position).reduce((flat, p, axis) => flat * (input.dims[axis] ?? 1) + p, 0)
    return input.value[at] ?? null
  })
}
