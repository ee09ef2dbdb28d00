/** `clean`: one-hot labels after the annotator's vote on whole images. */
import type { Cleaning } from '../../contract/recipe.ts'
import { supervisionNeeds } from '../../contract/supervision.ts'
import { withoutImages } from '../sample/image-set.ts'
import type { ImageSet } from '../sample/image-set.ts'
import { labelTarget } from './onehot.ts'
import type { Supervision } from './supervision.ts'

/** The resulting labels. */
export interface Cleaned {
  /** [n]: the labels to train on. */
  labels: Int32Array
  /** Images whose label the annotator disputes, with its vote. */
  disputed: Map<number, number>
}

/**
 * Compares each label with the vote: the argmax of the mean of the image's label map in project classes (−1: no vote, the
 * label stays). `replace` takes the vote; `drop` leaves the label, and the caller leaves the image out.
 */
export function cleanLabels(labels: Int32Array, votes: Int32Array, mode: Cleaning): Cleaned {
  const cleaned = new Int32Array(new SharedArrayBuffer(4 * labels.length))
  const disputed = new Map<number, number>()
  labels.forEach((label, i) => {
    const vote = votes[i]!
    cleaned[i] = label
    if (vote < 0 || vote === label) return
    disputed.set(i, vote)
    if (mode === 'replace') cleaned[i] = vote
  })
  return { labels: cleaned, disputed }
}

/** Leaves out the disputed images, each with the annotator's vote. */
function dropDisputed(
  set: ImageSet,
  disputed: ReadonlyMap<number, number>,
  classes: readonly string[],
): ImageSet {
  const why = (vote: number): string => `dropped: the annotator sees ${classes[vote] ?? `class ${vote}`}`
  return withoutImages(set, new Map([...disputed].map(([index, vote]) => [index, why(vote)])))
}

export const clean: Supervision<'clean'> = {
  name: 'clean',
  text: "the given label, dropped or replaced where the argmax of the label map's mean disagrees",
  needs: supervisionNeeds.clean,
  prepare({ recipe, set, classes, votes }) {
    const { labels, disputed } = cleanLabels(set.labels, votes, recipe.clean)
    const kept = recipe.clean === 'drop' ? dropDisputed(set, disputed, classes) : set
    return { set: kept, labels, disputed: disputed.size }
  },
  target: labelTarget,
  title: recipe => `clean (${recipe.clean})`,
}
