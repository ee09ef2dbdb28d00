/** `onehot`: the given label, regardless of the crop. */
import { fail } from '../../base/error.ts'
import { supervisionNeeds } from '../../contract/supervision.ts'
import type { Supervision, TargetBase, TargetGiven, TargetMaker } from './supervision.ts'

/** 1 at the label, 0 elsewhere. Throws `bad-data` for an image without one. */
export function labelTarget({ label, classes }: TargetBase & Pick<TargetGiven, 'label'>): TargetMaker {
  return (index, _crop, out) => {
    const own = label[index]!
    if (!(own >= 0 && own < classes)) fail('bad-data', `image ${index} has no label`, { index })
    out.fill(0)
    out[own] = 1
  }
}

export const onehot: Supervision<'onehot'> = {
  name: 'onehot',
  text: 'the given label',
  needs: supervisionNeeds.onehot,
  target: labelTarget,
}
