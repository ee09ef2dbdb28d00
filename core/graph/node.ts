/** Creates nodes and reads their attributes. */
import { fail } from '../base/error.ts'
import type { Attribute, Dim, Graph, Node, OnnxModel, Tensor, ValueInfo } from './model.ts'

/** Attribute values in short form: a plain number is an int; floats are written `float(x)`. */
export type AttributeValue = number | string | number[] | Attribute

export const float = (value: number): Attribute => ({ type: 'float', value })
export const tensorAttribute = (value: Tensor): Attribute => ({ type: 'tensor', value })

function attributeOf(value: AttributeValue): Attribute {
  if (typeof value === 'number') return { type: 'int', value }
  if (typeof value === 'string') return { type: 'string', value }
  if (Array.isArray(value)) return { type: 'ints', value }
  return value
}

/** A node; `op` may carry its domain as `com.microsoft:FusedMatMul`. */
export function node(
  op: string,
  inputs: string[],
  outputs: string[],
  attributes: Record<string, AttributeValue> = {},
  name = outputs[0] ?? op,
): Node {
  const colon = op.lastIndexOf(':')
  const entries = Object.entries(attributes).map(([key, value]) => [key, attributeOf(value)] as const)
  return {
    op: op.slice(colon + 1),
    domain: colon < 0 ? '' : op.slice(0, colon),
    name,
    inputs,
    outputs,
    attributes: Object.fromEntries(entries),
  }
}

/** A float32 value of a known or partly known shape. */
export function floatValue(name: string, shape: Dim[]): ValueInfo {
  return { name, dataType: 'float32', shape }
}

function wrong(of: Node, key: string, type: string): never {
  return fail('bad-model', `attribute ${key} of ${of.op} node "${of.name}" is not of type ${type}`)
}

/** An int attribute or its default. */
export function intAttribute(of: Node, key: string, fallback: number): number {
  const found = of.attributes[key]
  if (!found) return fallback
  return found.type === 'int' ? found.value : wrong(of, key, 'int')
}

/** A float attribute or its default. */
export function floatAttribute(of: Node, key: string, fallback: number): number {
  const found = of.attributes[key]
  if (!found) return fallback
  return found.type === 'float' ? found.value : wrong(of, key, 'float')
}

/** A string attribute or its default. */
export function stringAttribute(of: Node, key: string, fallback: string): string {
  const found = of.attributes[key]
  if (!found) return fallback
  return found.type === 'string' ? found.value : wrong(of, key, 'string')
}

/** A list of ints or undefined. */
export function intsAttribute(of: Node, key: string): number[] | undefined {
  const found = of.attributes[key]
  if (!found) return undefined
  return found.type === 'ints' ? found.value : wrong(of, key, 'list of ints')
}

/** A model around a graph, at the opset this program writes. */
export function modelOf(graph: Graph, opset = 17, extra: Record<string, number> = {}): OnnxModel {
  return {
    irVersion: 8,
    opsets: new Map([['', opset], ...Object.entries(extra)]),
    producerName: 'relabel-studio',
    producerVersion: '',
    domain: '',
    modelVersion: 0,
    docString: '',
    metadata: new Map(),
    graph,
  }
}
