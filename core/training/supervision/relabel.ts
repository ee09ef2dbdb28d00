/** `relabel`: localized multi-labels by label pooling (Yun et al. 2021, section 3.2). */
import { supervisionNeeds } from '../../contract/supervision.ts'
import { poolTarget } from '../../pooling/target.ts'
import type { Supervision } from './supervision.ts'

/** softmax of the label map pooled over the crop. */
export const relabel: Supervision<'relabel'> = {
  name: 'relabel',
  text: 'label pooling: RoIAlign of the label map over the crop, softmax',
  needs: supervisionNeeds.relabel,
  target:
    ({ maps }) =>
    (index, crop, out) => {
      poolTarget(maps.map(index), crop, maps.size(index), out, maps.scratch)
    },
}
