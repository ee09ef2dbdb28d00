/** Dense double-precision arrays of the reference, and how they broadcast. */

export interface Array64 {
  shape: number[]
  data: Float64Array
}

export const size = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1)

export function array(shape: readonly number[], data?: ArrayLike<number>): Array64 {
  const values = data ? Float64Array.from(data) : new Float64Array(size(shape))
  if (values.length !== size(shape)) throw new Error(`${values.length} values for [${shape.join(', ')}]`)
  return { shape: [...shape], data: values }
}

export const map = (x: Array64, f: (value: number) => number): Array64 => array(x.shape, x.data.map(f))

/** Calls `see` with every index of a shape in row-major order; the index array is reused. */
export function visit(shape: readonly number[], see: (index: number[], flat: number) => void): void {
  const index = shape.map(() => 0)
  const count = size(shape)
  for (let flat = 0; flat < count; flat++) {
    see(index, flat)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++
      if (index[axis]! < shape[axis]!) break
      index[axis] = 0
    }
  }
}

/** The value at an index of a shape that `x` broadcasts to. */
export function at(x: Array64, index: readonly number[]): number {
  const skip = index.length - x.shape.length
  let flat = 0
  for (let axis = 0; axis < x.shape.length; axis++) {
    const dim = x.shape[axis]!
    flat = flat * dim + (dim === 1 ? 0 : index[axis + skip]!)
  }
  return x.data[flat]!
}

/** NumPy's broadcast shape of two. */
export function common(a: readonly number[], b: readonly number[]): number[] {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a]
  const padded = [...Array.from({ length: long.length - short.length }, () => 1), ...short]
  return long.map((dim, i) => Math.max(dim, padded[i]!))
}

export function zip(a: Array64, b: Array64, f: (x: number, y: number) => number): Array64 {
  const to = array(common(a.shape, b.shape))
  visit(to.shape, (index, flat) => (to.data[flat] = f(at(a, index), at(b, index))))
  return to
}

/** An array filled by a function of the index. */
export function fill(shape: readonly number[], f: (index: number[]) => number): Array64 {
  const to = array(shape)
  visit(shape, (index, flat) => (to.data[flat] = f(index)))
  return to
}

/** Counts a negative axis from the end. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)
