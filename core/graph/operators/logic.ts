/** Comparisons, logic and selection: operators with boolean inputs or outputs. */
import { combined, knownOf } from '../shape/elements.ts'
import { type Element, fact } from '../shape/fact.ts'
import { broadcastFacts, broadcasting, broadcasts, type Fold, foldPair, ofNumbers } from './broadcasting.ts'
import { foldEach } from './one-value.ts'
import { names, type Operator } from './operator.ts'

const truth = (value: boolean): number => (value ? 1 : 0)

/** Sizes are never negative, so a symbol differs from every negative number. */
const equality: Fold = (a, b) => {
  if (a === null || b === null) return null
  if (a === b) return 1
  if (typeof a === 'number' && typeof b === 'number') return 0
  return (typeof a === 'number' && a < 0) || (typeof b === 'number' && b < 0) ? 0 : null
}

const comparison = (name: string, compute: Fold): Operator => ({
  names: [name],
  ...broadcasting,
  shape: call => broadcastFacts(call, 'bool'),
  fold: foldPair(compute),
})

const compared = (name: string, holds: (a: number, b: number) => boolean): Operator =>
  comparison(
    name,
    ofNumbers((a, b) => truth(holds(a, b))),
  )

const where: Operator = {
  names: ['Where'],
  shape: call => broadcastFacts(call, call.inputs[1]?.dataType ?? 'other:0'),
  fold({ inputs }, [dims]) {
    const pick = ([test, yes, no]: Element[]): Element =>
      (test === null ? (yes === no ? yes : null) : test === 0 ? no : yes) ?? null
    return dims ? [combined(inputs.map(knownOf), dims, pick)] : []
  },
  fits: (_call, inputs) => broadcasts(inputs),
}

export const logic: readonly Operator[] = [
  comparison('Equal', equality),
  compared('Less', (a, b) => a < b),
  compared('LessOrEqual', (a, b) => a <= b),
  compared('Greater', (a, b) => a > b),
  compared('GreaterOrEqual', (a, b) => a >= b),
  compared('And', (a, b) => a !== 0 && b !== 0),
  compared('Or', (a, b) => a !== 0 || b !== 0),
  compared('Xor', (a, b) => (a !== 0) !== (b !== 0)),
  where,
  {
    names: ['Not'],
    shape: call => [fact('bool', call.inputs[0]?.shape)],
    fold: foldEach(x => truth(x === 0)),
  },
  { names: names('IsNaN IsInf'), shape: call => [fact('bool', call.inputs[0]?.shape)] },
]
