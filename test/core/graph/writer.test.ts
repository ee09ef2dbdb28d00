/** The writer: one node for equal calls, shapes that are known and checked, NumPy's broadcasting. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { float } from '../../../core/graph/node.ts'
import {
  add,
  broadcast,
  createWriter,
  expand,
  matmul,
  reduce,
  reshape,
  scale,
  sumTo,
  transpose,
  unary,
} from '../../../core/graph/writer.ts'

describe('the writer', () => {
  it('gives one node for equal calls and different nodes for different ones', () => {
    const w = createWriter()
    const x = w.input('x', [2, 3])
    const relu = unary(w, 'Relu', x)
    expect(unary(w, 'Relu', x)).toBe(relu)
    expect(w.nodes).toHaveLength(1)
    expect(unary(w, 'Relu', relu)).not.toBe(relu)
    const leaky = unary(w, 'LeakyRelu', x, { alpha: float(0.1) })
    expect(unary(w, 'LeakyRelu', x, { alpha: float(0.2) })).not.toBe(leaky)
    expect(unary(w, 'LeakyRelu', x, { alpha: float(0.1) })).toBe(leaky)
    expect(w.nodes).toHaveLength(4)
  })

  it('tells infinite attributes apart', () => {
    const w = createWriter()
    const x = w.input('x', [2])
    const low = unary(w, 'Selu', x, { alpha: float(-Infinity) })
    expect(unary(w, 'Selu', x, { alpha: float(Infinity) })).not.toBe(low)
  })

  it('shares equal constants, and large ones only by the key that says how they were made', () => {
    const w = createWriter()
    expect(w.scalar(0.5)).toBe(w.scalar(0.5))
    expect(w.scalar(0.5)).not.toBe(w.constant([0.5], [1]))
    expect(w.ints([1, 2])).toBe(w.ints([1, 2]))
    expect(w.ints([1, 2])).not.toBe(w.ints([12]))
    expect(w.ints([1])).not.toBe(w.constant([1], [1]))
    const large = new Float32Array(100).fill(1)
    expect(w.constant(large, [100])).not.toBe(w.constant(large, [100]))
    expect(w.constant(large, [100], 'ones')).toBe(w.constant(large, [100], 'ones'))
    expect(w.constant(large, [100], 'ones')).not.toBe(w.constant(large, [10, 10], 'ones'))
  })

  it('answers a call for one output with the first of a node that has more', () => {
    const w = createWriter()
    const x = w.input('x', [4])
    const [values] = w.emitMany('TopK', [x], [[2], [2]])
    expect(w.emit('TopK', [x], [2])).toBe(values)
  })

  it('rejects what does not fit', () => {
    const w = createWriter()
    const x = w.input('x', [2, 3])
    const bad = { code: 'bad-model' }
    expect(() => w.shape('nothing')).toThrow(expect.objectContaining(bad))
    expect(() => w.input('x', [1])).toThrow(expect.objectContaining(bad))
    expect(() => w.emit('Relu', ['nothing'], [1])).toThrow(expect.objectContaining(bad))
    expect(() => reshape(w, x, [4])).toThrow(/\[2, 3\].*\[4\]/)
    expect(() => add(w, x, w.input('y', [2]))).toThrow(/\[2, 3\] and \[2\] do not broadcast/)
    expect(() => w.emitAs('x', 'Relu', [x], [2, 3])).toThrow(expect.objectContaining(bad))
  })

  it('writes nothing for what changes nothing', () => {
    const w = createWriter()
    const x = w.input('x', [2, 3])
    expect(reshape(w, x, [2, 3])).toBe(x)
    expect(transpose(w, x, [0, 1])).toBe(x)
    expect(scale(w, x, 1)).toBe(x)
    expect(sumTo(w, x, [2, 3])).toBe(x)
    expect(w.nodes).toHaveLength(0)
  })

  it('knows the shapes of its helpers', () => {
    const w = createWriter()
    const x = w.input('x', [2, 3, 4])
    expect(w.shape(transpose(w, x, [2, 0, 1]))).toEqual([4, 2, 3])
    expect(w.shape(reduce(w, 'ReduceSum', x, [0, 2]))).toEqual([1, 3, 1])
    expect(w.shape(reduce(w, 'ReduceMean', x, [1], false))).toEqual([2, 4])
    expect(w.shape(expand(w, w.scalar(1), [5, 2]))).toEqual([5, 2])
    expect(w.shape(sumTo(w, x, [3, 1]))).toEqual([3, 1])
    const y = w.input('y', [7, 4])
    expect(w.shape(matmul(w, x, y, { transB: true }))).toEqual([2, 3, 7])
    expect(w.shape(matmul(w, x, x, { transA: true }))).toEqual([2, 4, 4])
  })
})

describe('broadcast', () => {
  it('is NumPy’s rule', () => {
    expect(broadcast([2, 3], [])).toEqual([2, 3])
    expect(broadcast([2, 1], [3])).toEqual([2, 3])
    expect(broadcast([1], [0])).toEqual([0])
    expect(() => broadcast([2], [3])).toThrow(/do not broadcast/)
  })

  it('takes the larger side of every axis, in either order', () => {
    const axis = fc.tuple(fc.integer({ min: 2, max: 5 }), fc.constantFrom('both', 'left', 'right'))
    fc.assert(
      fc.property(fc.array(axis, { maxLength: 5 }), fc.nat(5), (axes, drop) => {
        const a = axes.map(([dim, side]) => (side === 'right' ? 1 : dim))
        const b = axes.map(([dim, side]) => (side === 'left' ? 1 : dim)).slice(Math.min(drop, axes.length))
        const to = broadcast(a, b)
        expect(broadcast(b, a)).toEqual(to)
        expect(to).toEqual(a.map((dim, i) => Math.max(dim, b[i - a.length + b.length] ?? 1)))
      }),
    )
  })
})
