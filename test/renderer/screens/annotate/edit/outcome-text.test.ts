/** What the status line says of an edit. */
import { expect, test } from 'vitest'
import type { Operation } from '../../../../../core/contract/api/corrections.ts'
import { setLanguage } from '../../../../../renderer/i18n/index.ts'
import { outcomeOf, toldClass } from '../../../../../renderer/screens/annotate/edit/outcome.ts'
import { outcomeText, targetText } from '../../../../../renderer/screens/annotate/edit/outcome-text.ts'

const named = { name: (id: number) => ['quail', 'drake', 'fly', 'lawn'][id]!, undo: 'Ctrl+Z' }
const label: Operation = { kind: 'label', class: 0, to: null, amount: 0.95, what: null, ids: 'shown' }
const leaders = (ids: number[], share = 0.95) => ids.map(id => ({ id, share }))
const textOf = (operation: Operation, before: number[], after: number[]): string =>
  outcomeText(operation, outcomeOf(leaders(before), leaders(after)), named)

test('an edit says which classes led its cells and which lead them now', () => {
  setLanguage('en')
  const nine = [1, 1, 1, 1, 1, 1, 2, 3, 2]
  expect(
    textOf(
      label,
      nine,
      nine.map(() => 0),
    ),
  ).toBe('9 cells: drake (6) and 3 others → quail 95%')
  expect(textOf(label, [1, 2], [0, 0])).toBe('2 cells: drake (1) and 1 other → quail 95%')
  expect(textOf(label, [1], [0])).toBe('1 cell: drake → quail 95%')
  expect(textOf({ ...label, kind: 'nothing', class: null }, [1, 1], [-1, -1])).toBe(
    '2 cells: drake → no class',
  )
  expect(textOf({ ...label, kind: 'not', class: 1 }, [1, 1, 1], [2, 2, -1])).toBe(
    '3 cells: drake → fly (2) and 1 other',
  )
})

test('one that changes no leader says so', () => {
  const raise: Operation = { ...label, kind: 'raise', amount: 2 }
  expect(textOf(raise, [1, 1, 1], [1, 1, 1])).toBe('3 cells: quail raised, drake still leads')
  expect(textOf(raise, [0, 0], [0, 0])).toBe('2 cells: quail raised, still led by quail 95%')
})

test('the target is told of the class that is given, else of the one that led', () => {
  const outcome = outcomeOf(leaders([1, 1, 2]), leaders([-1, -1, -1]))
  expect(toldClass(label, outcome)).toBe(0)
  expect(toldClass({ ...label, kind: 'really', to: 3 }, outcome)).toBe(3)
  expect(toldClass({ ...label, kind: 'nothing', class: null }, outcome)).toBe(1)
  expect(targetText({ id: 0, from: 0.928, to: 0.973 }, named)).toBe('target: quail 92.8% → 97.3% · Ctrl+Z')
})
