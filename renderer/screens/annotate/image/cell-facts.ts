/** What is said of a cell at the pointer and to screen readers: its leading classes and the region that it lies in. */
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { leadingShares } from '../../../labelmap/cell-shares.ts'
import { regionPercent } from '../../../labelmap/region-words.ts'
import { useAnnotate } from '../state/store.ts'

export interface CellFacts {
  title: string
  /** The strongest classes, at most three; none where no class leads. */
  rows: readonly { id: number; name: string; share: string }[]
  region: string | null
}

/** Classes of a cell that are named. */
const named = 3

export function useCellFacts(cell: () => number | null) {
  const screen = useAnnotate()
  const { t } = useI18n()

  const facts = computed<CellFacts | null>(() => {
    const [at, grid, shown, ground] = [cell(), screen.grid, screen.shown, screen.ground]
    if (at === null || !grid || !shown || !ground) return null
    const rows = leadingShares(shown.view, at, ground.space, named).map(({ id, share }) => ({
      id,
      name: screen.short(id),
      share: regionPercent(share),
    }))
    const region = screen.plan?.regions[screen.regionAt(at) ?? -1]
    return {
      title: t('annotate.cellAt', { x: at % grid.width, y: Math.floor(at / grid.width) }),
      rows,
      region: region
        ? t(
            'annotate.card.region',
            { name: screen.short(region.id), n: region.cells.length, share: regionPercent(region.mean) },
            region.cells.length,
          )
        : null,
    }
  })

  /** The same as one sentence. */
  const spoken = computed(() => {
    if (!facts.value) return ''
    const { title, rows, region } = facts.value
    const classes = rows.map(({ name, share }) => `${name} ${share}`).join(', ')
    return `${title}: ${[classes || t('annotate.card.nothing'), region].filter(Boolean).join('; ')}`
  })

  return { facts, spoken }
}
