/** `global-multi`: one multi-label for the whole image, the same for every crop. */
import { globalTarget } from '../../pooling/target.ts'
import type { MapContext, TargetMaker } from './context.ts'

/** softmax of the mean of the label map. */
export function globalMulti(maps: MapContext): TargetMaker {
  return (index, _crop, out) => {
    globalTarget(maps.map(index), maps.classMap, out, maps.scratch, { fill: maps.fill })
  }
}
