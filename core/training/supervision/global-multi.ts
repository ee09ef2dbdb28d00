/** `global-multi`: one multi-label for the whole image, the same for every crop. */
import { supervisionNeeds } from '../../contract/supervision.ts'
import { globalTarget } from '../../pooling/target.ts'
import type { Supervision } from './supervision.ts'

/** softmax of the mean of the label map. */
export const globalMulti: Supervision<'global-multi'> = {
  name: 'global-multi',
  text: "softmax of the label map's mean, the same for every crop",
  needs: supervisionNeeds['global-multi'],
  target:
    ({ maps }) =>
    (index, _crop, out) => {
      globalTarget(maps.map(index), out, maps.scratch)
    },
}
