/** Arithmetic on dimensions: numbers, products of symbols such as `2*batch`, and null for what is not known. */
import type { Dim } from '../model.ts'

/** A product: a whole number times symbols, sorted. */
interface Product {
  factor: number
  symbols: string[]
}

/** Symbols may come from a file; a longer product becomes unknown. */
const maxLength = 200

function parse(dim: number | string): Product {
  if (typeof dim === 'number') return { factor: dim, symbols: [] }
  const product: Product = { factor: 1, symbols: [] }
  for (const part of dim.split('*')) {
    if (/^\d+$/.test(part)) product.factor *= Number(part)
    else product.symbols.push(part)
  }
  return product
}

function show({ factor, symbols }: Product): Dim {
  if (factor === 0 || symbols.length === 0) return factor
  const names = [...symbols].sort().join('*')
  if (names.length > maxLength) return null
  return factor === 1 ? names : `${factor}*${names}`
}

/** A dimension of a shape: a whole number from 0 on, a symbol, or null. */
export function cleanDim(dim: Dim | undefined): Dim {
  if (typeof dim === 'number') return Number.isSafeInteger(dim) && dim >= 0 ? dim : null
  return dim === undefined || dim === '' ? null : dim
}

/** a · b */
export function mulDim(a: Dim, b: Dim): Dim {
  if (a === 0 || b === 0) return 0
  if (a === null || b === null) return null
  const x = parse(a)
  const y = parse(b)
  return show({ factor: x.factor * y.factor, symbols: [...x.symbols, ...y.symbols] })
}

/** The product of dimensions. */
export function productOf(dims: readonly Dim[]): Dim {
  return dims.reduce<Dim>(mulDim, 1)
}

/** a / b if it is exact, else null. */
export function divDim(a: Dim, b: Dim): Dim {
  if (a === null || b === null || b === 0) return null
  const x = parse(a)
  const y = parse(b)
  const symbols = [...x.symbols]
  for (const symbol of y.symbols) {
    const at = symbols.indexOf(symbol)
    if (at < 0) return null
    symbols.splice(at, 1)
  }
  return x.factor % y.factor === 0 ? show({ factor: x.factor / y.factor, symbols }) : null
}

/** a + b if it is a number or one of them, else null. */
export function addDim(a: Dim, b: Dim): Dim {
  if (a === 0) return b
  if (b === 0) return a
  return typeof a === 'number' && typeof b === 'number' ? a + b : null
}

/** ⌈a / n⌉ for a whole n ≥ 1; of a symbol it is written `ceil(a/n)`, and nested ones are merged. */
export function ceilDiv(a: Dim, n: number): Dim {
  if (n === 1 || a === null) return a
  if (typeof a === 'number') return Math.ceil(a / n)
  const inner = /^ceil\(([^()*]+)\/(\d+)\)$/.exec(a)
  if (inner) return `ceil(${inner[1]}/${Number(inner[2]) * n})`
  return /[()*]/.test(a) ? null : `ceil(${a}/${n})`
}

/** The broadcast of two dimensions; if they may differ, the certain one. */
function broadcastDim(a: Dim, b: Dim): Dim {
  if (a === 1) return b
  if (b === 1 || a === b) return a
  // A symbol or unknown combined with a number above 1 must be that number (or 1), or the model is invalid.
  if (typeof a === 'number') return a
  if (typeof b === 'number') return b
  return null
}

/** The broadcast of shapes, aligned at their ends. */
export function broadcastShapes(shapes: readonly (readonly Dim[])[]): Dim[] {
  const rank = Math.max(0, ...shapes.map(shape => shape.length))
  return Array.from({ length: rank }, (_, i) =>
    shapes.reduce<Dim>(
      (dim, shape) => broadcastDim(dim, shape[i - rank + shape.length] ?? missing(shape, i - rank)),
      1,
    ),
  )
}

/** A missing dimension counts as 1; an unknown one as null. */
const missing = (shape: readonly Dim[], i: number): Dim => (i + shape.length < 0 ? 1 : null)
