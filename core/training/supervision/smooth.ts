/** `smooth`: label smoothing (Szegedy et al. 2016). */
import { supervisionNeeds } from '../../contract/supervision.ts'
import { labelTarget } from './onehot.ts'
import type { Supervision } from './supervision.ts'

const usualEpsilon = 0.1

/** (1 − ε) at the label plus ε/C everywhere. */
export const smooth: Supervision<'smooth'> = {
  name: 'smooth',
  text: '(1 − ε) · label + ε / C; ε is `labelSmoothing`, 0.1 unless given',
  needs: supervisionNeeds.smooth,
  smooths: true,
  target(given) {
    const { classes, recipe } = given
    const epsilon = recipe.labelSmoothing || usualEpsilon
    const hard = labelTarget(given)
    return (index, crop, out) => {
      hard(index, crop, out)
      for (let c = 0; c < classes; c++) out[c] = (1 - epsilon) * out[c]! + epsilon / classes
    }
  },
}
