/** `onehot`: the given label, whatever the crop shows. */
import { fail } from '../../base/error.ts'
import type { TargetContext, TargetMaker } from './context.ts'

/** 1 at the label, 0 elsewhere. Throws `bad-data` for an image without one. */
export function onehot({ labels, classes }: Pick<TargetContext, 'labels' | 'classes'>): TargetMaker {
  return (index, _crop, out) => {
    const label = labels[index]!
    if (!(label >= 0 && label < classes)) fail('bad-data', `image ${index} has no label`, { index })
    out.fill(0)
    out[label] = 1
  }
}
