/** What is written beside regions: shares in whole percent, and a given label that is not on the map. */
import { formatPercent } from '../i18n/format.ts'
import { translate } from '../i18n/index.ts'

/** A share 0…1 as a whole percentage that never claims to be none or all: "<1%", "97%", ">99%". */
export function regionPercent(share: number): string {
  if (share < 0.01) return translate('regions.below', { share: formatPercent(0.01, 0) })
  if (share > 0.99) return translate('regions.above', { share: formatPercent(0.99, 0) })
  return formatPercent(share, 0)
}

/** Says that a given label leads no cell. */
export const notOnMap = (name: string): string => translate('regions.notOnMap', { name })
