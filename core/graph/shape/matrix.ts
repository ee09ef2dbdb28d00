/** Shapes of matrix products. */
import type { Dim } from '../model.ts'
import { intAttribute } from '../node.ts'
import { broadcastShapes } from './dim.ts'
import type { Rule } from './fact.ts'
import { fact, typeOf } from './fact.ts'

/** [..., n, k] · [..., k, m] → [..., n, m]; vectors as in NumPy. */
function product(a: Dim[], b: Dim[]): Dim[] {
  if (a.length === 0 || b.length === 0) return []
  const left = a.length === 1 ? [1, ...a] : a
  const right = b.length === 1 ? [...b, 1] : b
  const batch = broadcastShapes([left.slice(0, -2), right.slice(0, -2)])
  const rows = a.length === 1 ? [] : [left.at(-2)!]
  const columns = b.length === 1 ? [] : [right.at(-1)!]
  return [...batch, ...rows, ...columns]
}

const swapLast = (shape: Dim[]): Dim[] =>
  shape.length < 2 ? shape : [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!]

const matMul: Rule = call => {
  const [a, b] = call.inputs
  if (!a?.shape || !b?.shape) return [fact(typeOf(call))]
  const left = intAttribute(call.node, 'transA', 0) ? swapLast(a.shape) : a.shape
  const right = intAttribute(call.node, 'transB', 0) ? swapLast(b.shape) : b.shape
  return [fact(typeOf(call), product(left, right))]
}

export const matrix: [string, Rule][] = [
  ['MatMul', matMul],
  ['com.microsoft:FusedMatMul', matMul],
  ['Gemm', matMul],
]
