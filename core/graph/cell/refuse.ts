/** Refusing a model that cannot become an annotator. */
import { fail } from '../../base/error.ts'

const needed =
  'An annotator needs a classifier that averages a feature map (or all tokens) and ends in a linear layer: ResNet, MobileNet, EfficientNet, ConvNeXt, Swin and the like.'

/** Throws RelabelError `unsupported` with the reason and ways out. */
export function refuse(why: string, advice: string[]): never {
  return fail(
    'unsupported',
    [`This model cannot become an annotator: ${why}.`, ...advice, needed].join(' '),
    { why },
  )
}
