/** Common parts of operators whose operands are broadcast, as in NumPy. */
import type { DataType, Dim } from '../model.ts'
import { broadcastShapes } from '../shape/dim.ts'
import { combined, knownOf, type Elements } from '../shape/elements.ts'
import { type Element, type Fact, fact, isInteger } from '../shape/fact.ts'
import { type Call, type Operator, typeOf } from './operator.ts'

/** The broadcast shape, if all inputs' shapes are known. */
export function broadcastFacts(call: Call, dataType: DataType = typeOf(call)): Fact[] {
  const shapes = call.inputs.map(input => input?.shape)
  if (!shapes.every((shape): shape is Dim[] => shape !== undefined)) return [fact(dataType)]
  return [fact(dataType, broadcastShapes(shapes))]
}

/** Computes an element from two operands; `integer` operands divide by truncation. */
export type Fold = (a: Element, b: Element, integer: boolean) => Element

/** Folds numbers only; anything else gives an unknown element. */
export const ofNumbers =
  (compute: (a: number, b: number) => number): Fold =>
  (a, b) =>
    typeof a === 'number' && typeof b === 'number' ? compute(a, b) : null

/** Folding an operator of two operands. */
export const foldPair =
  (compute: Fold) =>
  (call: Call, [dims]: (number[] | undefined)[]): (Elements | undefined)[] => {
    if (!dims || call.inputs.length !== 2) return []
    const integer = isInteger(typeOf(call))
    return [combined(call.inputs.map(knownOf), dims, ([a, b]) => compute(a ?? null, b ?? null, integer))]
  }

/** Whether shapes can be broadcast against each other. */
export function broadcasts(shapes: readonly (readonly number[] | undefined)[]): boolean {
  const known = shapes.filter(shape => shape !== undefined)
  const rank = Math.max(0, ...known.map(shape => shape.length))
  for (let i = 1; i <= rank; i++) {
    const dims = new Set(known.map(shape => shape.at(-i) ?? 1).filter(dim => dim !== 1))
    if (dims.size > 1) return false
  }
  return true
}

/** Shape and fit of an operator with broadcast operands. */
export const broadcasting: Pick<Operator, 'shape' | 'fits'> = {
  shape: call => broadcastFacts(call),
  fits: (_call, inputs) => broadcasts(inputs),
}
