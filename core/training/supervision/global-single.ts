/** `global-single`: the strongest class of the whole image, the same for every crop. */
import { supervisionNeeds } from '../../contract/supervision.ts'
import { globalSingleTarget } from '../../pooling/target.ts'
import type { Supervision } from './supervision.ts'

/** One-hot of the argmax of the mean of the label map. */
export const globalSingle: Supervision<'global-single'> = {
  name: 'global-single',
  text: "the argmax of the label map's mean, the same for every crop",
  needs: supervisionNeeds['global-single'],
  target:
    ({ maps }) =>
    (index, _crop, out) => {
      globalSingleTarget(maps.map(index), out, maps.scratch)
    },
}
