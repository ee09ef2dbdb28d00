/** Shapes of normalizations: their first output looks like their input. */
import { intAttribute } from '../node.ts'
import type { Rule } from './fact.ts'
import { fact, fromFront, typeOf } from './fact.ts'

const same: Rule = call => [fact(typeOf(call), call.inputs[0]?.shape)]

/** In training mode also the running mean and variance [C]. */
const batchNormalization: Rule = call => {
  const channels = call.inputs[1]
  const statistic = fact(channels?.dataType ?? 'other:0', channels?.shape)
  return [fact(typeOf(call), call.inputs[0]?.shape), statistic, statistic, statistic, statistic]
}

/** Also the mean and inverse deviation, with ones from `axis` on. */
const layerNormalization: Rule = call => {
  const shape = call.inputs[0]?.shape
  const axis = shape ? fromFront(intAttribute(call.node, 'axis', -1), shape.length) : 0
  const statistic = fact(
    'float32',
    shape?.map((dim, i) => (i < axis ? dim : 1)),
  )
  return [fact(typeOf(call), shape), statistic, statistic]
}

export const normalization: [string, Rule][] = [
  ['BatchNormalization', batchNormalization],
  ['LayerNormalization', layerNormalization],
  ['SimplifiedLayerNormalization', layerNormalization],
  ['RMSNormalization', same],
  ['InstanceNormalization', same],
  ['GroupNormalization', same],
]
