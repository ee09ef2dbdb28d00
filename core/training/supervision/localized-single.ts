/** `localized-single`: the strongest class of the crop, alone. */
import { supervisionNeeds } from '../../contract/supervision.ts'
import { poolSingleTarget } from '../../pooling/target.ts'
import type { Supervision } from './supervision.ts'

/** One-hot of the argmax of the label map pooled over the crop. */
export const localizedSingle: Supervision<'localized-single'> = {
  name: 'localized-single',
  text: 'the argmax of the label map pooled over the crop',
  needs: supervisionNeeds['localized-single'],
  target:
    ({ maps }) =>
    (index, crop, out) => {
      poolSingleTarget(maps.map(index), crop, maps.size(index), out, maps.scratch)
    },
}
