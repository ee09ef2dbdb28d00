/** `smooth`: label smoothing (Szegedy et al. 2016). */
import type { TargetContext, TargetMaker } from './context.ts'
import { onehot } from './onehot.ts'

/** (1 − ε) at the label plus ε/C everywhere. */
export function smooth(context: Pick<TargetContext, 'labels' | 'classes' | 'epsilon'>): TargetMaker {
  const { classes, epsilon } = context
  const hard = onehot(context)
  return (index, crop, out) => {
    hard(index, crop, out)
    for (let c = 0; c < classes; c++) out[c] = (1 - epsilon) * out[c]! + epsilon / classes
  }
}
