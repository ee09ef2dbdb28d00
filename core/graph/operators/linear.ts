/** Matrix products: Gemm and MatMul. */
import { fail } from '../../base/error.ts'
import { addConvolution, constantOf, inputCell } from '../cell/cells.ts'
import { refuse } from '../cell/refuse.ts'
import { scaled, transposed } from '../cell/weights.ts'
import { defineOutput, giveGradient, inputsOf } from '../gradient/context.ts'
import type { Dim, Node } from '../model.ts'
import { floatAttribute, intAttribute } from '../node.ts'
import { broadcastShapes } from '../shape/dim.ts'
import { type Fact, fact } from '../shape/fact.ts'
import { elements } from '../tensor.ts'
import { add, matmul, reshape, scale, sumTo } from '../writer.ts'
import { type Call, type Operator, typeOf } from './operator.ts'

interface ProductAttributes {
  transA: boolean
  transB: boolean
  alpha: number
  beta: number
}

const attributesOf = (node: Node): ProductAttributes => ({
  transA: intAttribute(node, 'transA', 0) !== 0,
  transB: intAttribute(node, 'transB', 0) !== 0,
  alpha: floatAttribute(node, 'alpha', 1),
  beta: floatAttribute(node, 'beta', 1),
})

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

function productFacts(call: Call<ProductAttributes>): Fact[] {
  const [a, b] = call.inputs
  if (!a?.shape || !b?.shape) return [fact(typeOf(call))]
  const left = call.attributes.transA ? swapLast(a.shape) : a.shape
  const right = call.attributes.transB ? swapLast(b.shape) : b.shape
  return [fact(typeOf(call), product(left, right))]
}

/** Y = α·op(A)·op(B) + β·C. */
const gemm: Operator<ProductAttributes> = {
  names: ['Gemm'],
  attributes: attributesOf,
  shape: productFacts,
  gradient(context, node, { transA, transB, alpha, beta }) {
    const w = context.writer
    const [a, b, c = ''] = inputsOf(context, node) as [string, string, string?]
    const y = scale(w, matmul(w, a, b, { transA, transB }), alpha)
    defineOutput(context, node, c === '' ? y : add(w, y, scale(w, c, beta)))
    return ([gradient]) => {
      if (gradient === undefined) return
      const g = scale(w, gradient, alpha)
      giveGradient(context, node, 0, () =>
        transA ? matmul(w, b, g, { transA: transB, transB: true }) : matmul(w, g, b, { transB: !transB }),
      )
      giveGradient(context, node, 1, () =>
        transB ? matmul(w, g, a, { transA: true, transB: transA }) : matmul(w, a, g, { transA: !transA }),
      )
      giveGradient(context, node, 2, () => scale(w, sumTo(w, gradient, w.shape(c)), beta))
    }
  },
  perCell: {
    kind: 'features',
    write(cells, node, { transA, transB, alpha, beta }) {
      const cell = inputCell(cells, node)
      const [data = '', weightName = '', biasName = ''] = node.inputs
      if (cells.view.isConstant(data) || transA || cell.rank !== 2 || cell.axis !== 1)
        refuse(`Gemm "${node.name}" takes its features in an unusual order`, [])
      const stored = constantOf(cells, node, weightName)
      if (stored.dims.length !== 2) fail('bad-model', `the weights of Gemm "${node.name}" are not a matrix`)
      const weight = scaled(transB ? stored : transposed(stored), alpha)
      const bias = biasName === '' ? undefined : scaled(constantOf(cells, node, biasName), beta)
      addConvolution(cells, node, cell, { weight, weightName, bias, biasName })
    },
  },
  fits: ({ attributes: { transA, transB } }, [a, b]) => !!a && !!b && a[transA ? 0 : 1] === b[transB ? 1 : 0],
  parameters: { inputs: [0, 1, 2], weights: true },
  torchNames: [undefined, 'weight', 'bias'],
}

/** Batched product; a matrix shared by all batches is multiplied with the flattened rows at once. */
const matMul: Operator<ProductAttributes> = {
  names: ['MatMul'],
  attributes: attributesOf,
  shape: productFacts,
  gradient(context, node) {
    const w = context.writer
    const [a0, b0] = inputsOf(context, node) as [string, string]
    const [shapeA, shapeB] = [w.shape(a0), w.shape(b0)]
    // Vectors become matrices with a side of one, as numpy.matmul does.
    const a1 = shapeA.length === 1 ? reshape(w, a0, [1, shapeA[0] as number]) : a0
    const b = shapeB.length === 1 ? reshape(w, b0, [shapeB[0] as number, 1]) : b0
    const inner = w.shape(a1).at(-1) as number
    const flat = w.shape(b).length === 2
    const a = flat ? reshape(w, a1, [elements(w.shape(a1)) / inner, inner]) : a1
    const y = matmul(w, a, b)
    const rows = shapeA.length === 1 ? [] : [w.shape(a1).at(-2) as number]
    const columns = shapeB.length === 1 ? [] : [w.shape(b).at(-1) as number]
    const batch = flat ? w.shape(a1).slice(0, -2) : w.shape(y).slice(0, -2)
    defineOutput(context, node, reshape(w, y, [...batch, ...rows, ...columns]))
    return ([gradient]) => {
      if (gradient === undefined) return
      const g = reshape(w, gradient, w.shape(y))
      giveGradient(context, node, 0, () =>
        reshape(w, sumTo(w, matmul(w, g, b, { transB: true }), w.shape(a)), shapeA),
      )
      giveGradient(context, node, 1, () =>
        reshape(w, sumTo(w, matmul(w, a, g, { transA: true }), w.shape(b)), shapeB),
      )
    }
  },
  perCell: {
    kind: 'features',
    write(cells, node) {
      const cell = inputCell(cells, node)
      const [left = '', weightName = ''] = node.inputs
      const stored = cells.view.isConstant(left) ? undefined : constantOf(cells, node, weightName)
      if (!stored || stored.dims.length !== 2 || cell.axis !== cell.rank - 1)
        return refuse(`MatMul "${node.name}" takes its features in an unusual order`, [])
      addConvolution(cells, node, cell, { weight: transposed(stored), weightName })
      const made = cells.cells.get(node.outputs[0]!)!
      cells.cells.set(node.outputs[0]!, { ...made, rank: cell.rank, axis: cell.axis })
    },
  },
  fits: (_call, [a, b]) => !!a && !!b && a.at(-1) === (b.length > 1 ? b.at(-2) : b[0]),
  parameters: { inputs: [0, 1], weights: true },
}

const fusedMatMul: Operator<ProductAttributes> = {
  names: ['com.microsoft:FusedMatMul'],
  attributes: attributesOf,
  shape: productFacts,
}

export const linear: readonly Operator[] = [gemm, matMul, fusedMatMul]
