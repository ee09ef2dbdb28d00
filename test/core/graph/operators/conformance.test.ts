/** Every operator of the table on ONNX Runtime: the shapes it gives, and what is folded of it. A new one needs an example. */
import { InferenceSession, type Tensor as OrtTensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../../core/graph/inference/evaluate.ts'
import { dataTypes, type Node, type Tensor } from '../../../../core/graph/model.ts'
import { modelOf, node } from '../../../../core/graph/node.ts'
import { encodeModel } from '../../../../core/graph/onnx/encode.ts'
import { operators, tableOf } from '../../../../core/graph/operators/index.ts'
import { storedTensor } from '../../../../core/graph/shape/elements.ts'
import { type Fact, tensorFact } from '../../../../core/graph/shape/fact.ts'
import { toNumbers } from '../../../../core/graph/tensor.ts'
import { type Example, examples } from './examples.ts'

const limit = 1000

function callOf(name: string, { inputs, attributes = {}, outputs = 1 }: Example): Node {
  const results = Array.from({ length: outputs }, (_, i) => `y${i}`)
  return node(name, inputs.map((_, i) => `x${i}`), results, attributes) // prettier-ignore
}

/** What ONNX Runtime makes of a call whose inputs are all constants. */
async function onEngine(call: Node, { inputs, opset = 17 }: Example): Promise<OrtTensor[]> {
  const graph = {
    name: call.op,
    nodes: [call],
    inputs: [],
    outputs: call.outputs.map(name => ({ name, dataType: 'other:0' as const })),
    values: [],
    initializers: new Map(inputs.map((tensor, i) => [`x${i}`, tensor])),
  }
  const bytes = encodeModel(modelOf(graph, opset, { 'com.microsoft': 1 }))
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 1 })
  const results = await session.run({})
  await session.release()
  return call.outputs.map(name => results[name]!)
}

/** ONNX Runtime's names of the types that occur. */
const typeOf = (tensor: OrtTensor): string =>
  tensor.type in dataTypes ? tensor.type : `unexpected ${tensor.type}`

/** The numbers of a result, and those of a fact. */
const numbers = (data: OrtTensor['data']): number[] => Array.from(data as Iterable<number | bigint>, Number)

const asBytes = (tensor: Tensor): Fact => ({ ...tensorFact(tensor), tensor })
const asList = (tensor: Tensor): Fact => tensorFact(tensor)

describe('the table of operators', () => {
  it('has an example of every operator, and no others', () => {
    expect(Object.keys(examples).sort()).toEqual([...operators.keys()].sort())
  })

  it('refuses two operators of one name', () => {
    const relu = operators.get('Relu')!
    expect(() => tableOf([relu, { ...relu, names: ['Other', 'Relu'] }])).toThrow(/two operators.*Relu/)
    expect(() => tableOf([{ ...relu, names: [] }])).toThrow(/no name/)
  })
})

describe('every operator, on ONNX Runtime', () => {
  it.each([...operators.keys()])('%s', async name => {
    const operator = operators.get(name)!
    const example = examples[name]!
    const call = callOf(name, example)
    const found = await onEngine(call, example)
    const shapes = evaluate(call, example.inputs.map(asList), limit)
    found.forEach((tensor, i) => {
      expect(shapes[i]?.shape, `shape of output ${i}`).toEqual([...tensor.dims])
      expect(shapes[i]?.dataType, `type of output ${i}`).toBe(typeOf(tensor))
    })
    for (const known of [asList, asBytes]) {
      const folded = evaluate(call, example.inputs.map(known), limit).map(storedTensor)
      if (!operator.fold) expect(folded.every(tensor => tensor === undefined)).toBe(true)
      else
        found.forEach((tensor, i) => {
          const wanted = numbers(tensor.data)
          const got = toNumbers(folded[i]!)
          expect(got).toHaveLength(wanted.length)
          // One rounding in single precision is all that a fold in double precision may differ by.
          got.forEach((value, at) =>
            expect(Math.abs(value - wanted[at]!)).toBeLessThanOrEqual(1.2e-7 * Math.abs(wanted[at]!)),
          )
        })
    }
  })
})
