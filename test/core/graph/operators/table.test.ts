/** The published table of operators: it is the code's. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { operatorsDocument } from '../../../../build/operators-document.ts'
import { operators } from '../../../../core/graph/operators/index.ts'
import { operatorTable } from '../../../../core/graph/operators/table.ts'

it('has a row for every operator', () => {
  expect(
    operatorTable()
      .map(({ name }) => name)
      .sort(),
  ).toEqual([...operators.keys()].sort())
})

it('says what the operators are', () => {
  const row = (name: string) => operatorTable().find(operator => operator.name === name)
  expect(row('Conv')).toMatchObject({ gradient: true, fold: false, perCell: 'features', provenOn: ['cpu'] })
  expect(row('Gather')).toMatchObject({ gradient: false, fold: true, perCell: undefined })
  expect(row('Relu')?.perCell).toBe('activation')
  expect(row('Flatten')?.perCell).toBe('axes')
})

it('is what docs/operators.md says (else run node build/operators-document.ts)', async () => {
  const page = readFileSync(new URL('../../../../docs/operators.md', import.meta.url), 'utf8')
  expect(page).toBe(await operatorsDocument())
})
