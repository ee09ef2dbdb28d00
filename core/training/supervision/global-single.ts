/** `global-single`: the strongest class of the whole image, the same for every crop. */
import { globalSingleTarget } from '../../pooling/target.ts'
import type { MapContext, TargetMaker } from './context.ts'

/** One-hot of the argmax of the mean of the label map. */
export function globalSingle(maps: MapContext): TargetMaker {
  return (index, _crop, out) => {
    globalSingleTarget(maps.map(index), maps.classMap, out, maps.scratch, { fill: maps.fill })
  }
}
