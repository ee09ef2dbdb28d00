/** The status line's words: "9 cells: drake (6) and 3 others → quail 95 %", "target: quail 92.8 % → 97.3 % · Ctrl+Z". */
import type { Operation } from '../../../../core/contract/api/corrections.ts'
import { formatPercent } from '../../../i18n/format.ts'
import { translate } from '../../../i18n/index.ts'
import type { Led, Outcome } from './outcome.ts'

/** Names of shown classes, and the key that undoes. */
export interface Named {
  name: (id: number) => string
  undo: string | null
}

const nameOf = (id: number, { name }: Named): string =>
  id < 0 ? translate('annotate.said.nobody') : name(id)

/** The classes of some cells: the first by name, the others by the number of their cells. */
function ledText(led: readonly Led[], named: Named, share: number | null): string {
  const [first, ...rest] = led
  if (!first) return ''
  const name = nameOf(first.id, named)
  const others = rest.reduce((sum, one) => sum + one.cells, 0)
  if (others === 0) return share === null || first.id < 0 ? name : `${name} ${formatPercent(share, 0)}`
  return translate('annotate.said.andOthers', { name, n: first.cells, count: others })
}

export function outcomeText(operation: Operation, outcome: Outcome, named: Named): string {
  const { cells, from, to, share, changed } = outcome
  const count = translate('annotate.history.cells', { n: cells })
  if (changed) {
    const values = { cells: count, from: ledText(from, named, null), to: ledText(to, named, share) }
    return translate('annotate.said.led', values)
  }
  const leads = to[0] ? nameOf(to[0].id, named) : ''
  const id = operation.class
  const own = id !== null && to.length === 1 && to[0]!.id === id
  const key = own ? 'sameLeader' : 'noLeader'
  const name = id === null ? '' : nameOf(id, named)
  const done = translate(`annotate.said.did.${operation.kind}`, { name })
  return translate(`annotate.said.${key}`, {
    cells: count,
    done,
    leads: own ? `${leads} ${formatPercent(share, 0)}` : leads,
  })
}

export function targetText(target: { id: number; from: number; to: number }, named: Named): string {
  const text = translate('annotate.said.target', {
    name: named.name(target.id),
    from: formatPercent(target.from, 1),
    to: formatPercent(target.to, 1),
  })
  return named.undo === null ? text : `${text} · ${named.undo}`
}
