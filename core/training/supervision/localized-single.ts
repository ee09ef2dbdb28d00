/** `localized-single`: the strongest class of the crop, alone. */
import { poolSingleTarget } from '../../pooling/target.ts'
import type { MapContext, TargetMaker } from './context.ts'

/** One-hot of the argmax of the label map pooled over the crop. */
export function localizedSingle(maps: MapContext): TargetMaker {
  const options = { axes: maps.axes, fill: maps.fill }
  return (index, crop, out) => {
    poolSingleTarget(maps.map(index), crop, maps.size(index), maps.classMap, out, maps.scratch, options)
  }
}
