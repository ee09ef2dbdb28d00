/** `relabel`: localized multi-labels by label pooling (Yun et al. 2021, section 3.2). */
import { poolTarget } from '../../pooling/target.ts'
import type { MapContext, TargetMaker } from './context.ts'

/** softmax of the label map pooled over the crop. */
export function relabel(maps: MapContext): TargetMaker {
  const options = { axes: maps.axes, fill: maps.fill }
  return (index, crop, out) => {
    poolTarget(maps.map(index), crop, maps.size(index), maps.classMap, out, maps.scratch, options)
  }
}
