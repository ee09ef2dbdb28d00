/** Products, normalizations and dropout of the reference. */
import { array, at, axisOf, common, fill, map, size, zip, type Array64 } from './array.ts'
import { int, number, type Operator } from './operator.ts'

/** numpy.matmul */
function matmul(left: Array64, right: Array64): Array64 {
  const a = left.shape.length === 1 ? array([1, ...left.shape], left.data) : left
  const b = right.shape.length === 1 ? array([...right.shape, 1], right.data) : right
  const batch = common(a.shape.slice(0, -2), b.shape.slice(0, -2))
  const [rows, inner, columns] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!]
  const y = fill([...batch, rows, columns], index => {
    const [where, i, j] = [index.slice(0, -2), index.at(-2)!, index.at(-1)!]
    let sum = 0
    for (let k = 0; k < inner; k++) sum += at(a, [...where, i, k]) * at(b, [...where, k, j])
    return sum
  })
  const kept = [
    ...batch,
    ...(left.shape.length > 1 ? [rows] : []),
    ...(right.shape.length > 1 ? [columns] : []),
  ]
  return array(kept, y.data)
}

const turned = (x: Array64): Array64 => fill([x.shape[1]!, x.shape[0]!], ([i, j]) => at(x, [j!, i!]))

const gemm: Operator = ([a, b, c], node) => {
  const left = int(node, 'transA', 0) ? turned(a!) : a!
  const right = int(node, 'transB', 0) ? turned(b!) : b!
  const product = map(matmul(left, right), v => v * number(node, 'alpha', 1))
  return c ? zip(product, c, (v, bias) => v + bias * number(node, 'beta', 1)) : product
}

const batchNormalization: Operator = ([x, gamma, beta, runningMean, runningVariance], node, environment) => {
  const [n, channels] = x!.shape as [number, number]
  const cells = size(x!.shape.slice(2))
  const epsilon = number(node, 'epsilon', 1e-5)
  const channelOf = (flat: number): number => Math.floor(flat / cells) % channels
  let [mean, variance] = [runningMean!, runningVariance!]
  if (environment.training) {
    const count = n * cells
    mean = array([channels])
    variance = array([channels])
    x!.data.forEach((v, i) => (mean.data[channelOf(i)]! += v / count))
    x!.data.forEach((v, i) => (variance.data[channelOf(i)]! += (v - mean.data[channelOf(i)]!) ** 2 / count))
    const m = environment.momentum
    const next = (old: Array64, batch: Array64, factor: number): Array64 =>
      zip(old, batch, (before, now) => (1 - m) * before + m * factor * now)
    environment.statistics.set(node.inputs[3]!, next(runningMean!, mean, 1))
    environment.statistics.set(node.inputs[4]!, next(runningVariance!, variance, count / (count - 1)))
  }
  return array(
    x!.shape,
    x!.data.map((v, i) => {
      const c = channelOf(i)
      const normal = (v - mean.data[c]!) / Math.sqrt(variance.data[c]! + epsilon)
      return normal * gamma!.data[c]! + beta!.data[c]!
    }),
  )
}

const layerNormalization: Operator = ([x, gamma, beta], node) => {
  const length = size(x!.shape.slice(axisOf(int(node, 'axis', -1), x!.shape.length)))
  const normal = array(x!.shape)
  for (let from = 0; from < x!.data.length; from += length) {
    const row = x!.data.subarray(from, from + length)
    const mean = row.reduce((a, b) => a + b, 0) / length
    const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / length
    const deviation = Math.sqrt(variance + number(node, 'epsilon', 1e-5))
    row.forEach((v, i) => (normal.data[from + i] = (v - mean) / deviation))
  }
  const scaled = zip(normal, gamma!, (v, g) => v * g)
  return beta ? zip(scaled, beta, (v, b) => v + b) : scaled
}

export const layers: Record<string, Operator> = {
  Gemm: gemm,
  MatMul: ([a, b]) => matmul(a!, b!),
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  Dropout: ([x], _node, { training, masks }) => {
    const mask = training ? masks.shift() : undefined
    return mask
      ? array(
          x!.shape,
          x!.data.map((v, i) => v * mask[i]!),
        )
      : x!
  },
}
