/** `distill`: the annotator answers on exactly the crop that the student sees (Hinton et al. 2015). */
import { fail } from '../../base/error.ts'
import { supervisionNeeds } from '../../contract/supervision.ts'
import type { ClassMap } from '../../labelmap/class-map.ts'
import type { Supervision } from './supervision.ts'

/**
 * softmax(z / T) in the project's classes for logits [count, annotator classes], written to `out` [count, project
 * classes]. Of several annotator classes the maximum logit wins; project classes without one get 0. Throws `diverged`
 * if the annotator does not give a finite logit.
 */
export function distillTargets(
  logits: Float32Array,
  count: number,
  classMap: ClassMap,
  temperature: number,
  out: Float32Array,
): void {
  const annotators = classMap.target.length
  const classes = classMap.projectClasses
  if (logits.length < count * annotators)
    fail('mismatch', `the annotator gave ${logits.length} logits for ${count} crops of ${annotators} classes`)
  for (let b = 0; b < count; b++) {
    const row = out.subarray(b * classes, (b + 1) * classes).fill(-Infinity)
    let top = -Infinity
    for (let a = 0; a < annotators; a++) {
      const to = classMap.target[a]!
      if (to < 0) continue
      const z = logits[b * annotators + a]! / temperature
      if (z > row[to]!) row[to] = z
      if (z > top || Number.isNaN(z)) top = z
    }
    if (!Number.isFinite(top)) fail('diverged', `the annotator answered ${top} on a crop`)
    let sum = 0
    for (let c = 0; c < classes; c++) {
      const share = Math.exp(row[c]! - top)
      row[c] = share
      sum += share
    }
    for (let c = 0; c < classes; c++) row[c] = row[c]! / sum
  }
}

export const distill: Supervision<'distill'> = {
  name: 'distill',
  text: 'the annotator run on the crop (`--annotator FILE`, `--distill-size`), softmax at a temperature',
  needs: supervisionNeeds.distill,
  answers({ recipe, logits, count, classMap }, out) {
    distillTargets(logits, count, classMap, recipe.distill.temperature, out)
  },
}
