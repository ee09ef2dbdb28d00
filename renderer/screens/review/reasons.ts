/** Why an image is in the review queue, the strongest reason first, by the measures that its score is made of. */
import type { ImageItem } from '../../../core/contract/api/browse.ts'

export type Reason =
  | { kind: 'missing' | 'unlabelled' | 'unscored' | 'plain' }
  | { kind: 'differs'; top: number; share: number }
  | { kind: 'margin'; points: number }
  | { kind: 'entropy' | 'disputed'; share: number }

/** Thresholds: a smaller lead or a larger spread is mentioned. */
const smallMargin = 0.2
const highEntropy = 0.3

export function reasonsOf(item: Pick<ImageItem, 'label' | 'facts'>): Reason[] {
  const { label, facts } = item
  if (!facts) return [{ kind: 'unscored' }]
  const reasons: Reason[] = []
  if (label !== null && facts.listed === false) reasons.push({ kind: 'missing' })
  if (label !== null && facts.top !== label)
    reasons.push({ kind: 'differs', top: facts.top, share: facts.confidence })
  if (label === null) reasons.push({ kind: 'unlabelled' })
  if (facts.margin < smallMargin) reasons.push({ kind: 'margin', points: facts.margin * 100 })
  if (facts.entropy > highEntropy) reasons.push({ kind: 'entropy', share: facts.entropy })
  if (facts.disputed > 0) reasons.push({ kind: 'disputed', share: facts.disputed })
  return reasons.length > 0 ? reasons : [{ kind: 'plain' }]
}
