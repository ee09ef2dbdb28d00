/** Differentiation of Gemm and MatMul. */
import { floatAttribute, intAttribute } from '../../node.ts'
import { elements } from '../../tensor.ts'
import { defineOutput, giveGradient, inputsOf, type Rule } from '../../gradient/context.ts'
import { add, matmul, reshape, scale, sumTo } from '../../writer.ts'

/** Y = α·op(A)·op(B) + β·C. */
export const gemm: Rule = (context, node) => {
  const w = context.writer
  const [a, b, c = ''] = inputsOf(context, node) as [string, string, string?]
  const transA = intAttribute(node, 'transA', 0) === 1
  const transB = intAttribute(node, 'transB', 0) === 1
  const alpha = floatAttribute(node, 'alpha', 1)
  const beta = floatAttribute(node, 'beta', 1)
  const product = scale(w, matmul(w, a, b, { transA, transB }), alpha)
  defineOutput(context, node, c === '' ? product : add(w, product, scale(w, c, beta)))
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
}

/** Batched product; a matrix that all batches share is multiplied with the flattened rows at once. */
export const matmulRule: Rule = (context, node) => {
  const w = context.writer
  const [a0, b0] = inputsOf(context, node) as [string, string]
  const [shapeA, shapeB] = [w.shape(a0), w.shape(b0)]
  // Vectors become matrices with a side of one, as numpy.matmul does.
  const a1 = shapeA.length === 1 ? reshape(w, a0, [1, shapeA[0] as number]) : a0
  const b1 = shapeB.length === 1 ? reshape(w, b0, [shapeB[0] as number, 1]) : b0
  const inner = w.shape(a1).at(-1) as number
  const flat = w.shape(b1).length === 2
  const a = flat ? reshape(w, a1, [elements(w.shape(a1)) / inner, inner]) : a1
  const b = b1
  const product = matmul(w, a, b)
  const rows = shapeA.length === 1 ? [] : [w.shape(a1).at(-2) as number]
  const columns = shapeB.length === 1 ? [] : [w.shape(b).at(-1) as number]
  const batch = flat ? w.shape(a1).slice(0, -2) : w.shape(product).slice(0, -2)
  defineOutput(context, node, reshape(w, product, [...batch, ...rows, ...columns]))
  return ([gradient]) => {
    if (gradient === undefined) return
    const g = reshape(w, gradient, w.shape(product))
    giveGradient(context, node, 0, () =>
      reshape(w, sumTo(w, matmul(w, g, b, { transB: true }), w.shape(a)), shapeA),
    )
    giveGradient(context, node, 1, () =>
      reshape(w, sumTo(w, matmul(w, a, g, { transA: true }), w.shape(b)), shapeB),
    )
  }
}
