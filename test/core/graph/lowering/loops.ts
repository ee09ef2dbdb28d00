/** A convolution and its gradients by plain loops in double precision, with what bounds the rounding of each value. */
import { size } from '../operators/reference/array.ts'

export interface Shape {
  batch: number
  channels: number
  out: number
  groups: number
  map: [number, number]
  kernel: [number, number]
  stride: [number, number]
  dilation: [number, number]
  pads: [number, number, number, number]
}

interface Sum {
  values: Float64Array
  /** Σ|a·b| over the products of each value. */
  sizes: Float64Array
  /** The most products that a value adds up. */
  terms: number
}

const sum = (count: number, terms: number): Sum => ({
  values: new Float64Array(count),
  sizes: new Float64Array(count),
  terms,
})

function accumulate(to: Sum, at: number, product: number): void {
  to.values[at]! += product
  to.sizes[at]! += Math.abs(product)
}

export function convolve(
  { batch, channels, out, groups, map, kernel, stride, dilation, pads }: Shape,
  output: readonly [number, number],
  {
    x,
    weight,
    g,
    bias,
  }: { x: Float32Array; weight: Float32Array; g: Float32Array; bias: Float32Array | undefined },
): { y: Sum; dx: Sum; dw: Sum } {
  const perGroup = channels / groups
  const [taps, cells, positions] = [size(kernel), size(map), size(output)]
  const y = sum(batch * out * positions, perGroup * taps)
  const dx = sum(x.length, (out / groups) * taps)
  const dw = sum(weight.length, batch * positions)
  for (let n = 0; n < batch; n++)
    for (let k = 0; k < out; k++)
      for (let position = 0; position < positions; position++) {
        const [p, q] = [Math.floor(position / output[1]), position % output[1]]
        const to = (n * out + k) * positions + position
        if (bias) accumulate(y, to, bias[k]!)
        for (let c = 0; c < perGroup; c++)
          for (let tap = 0; tap < taps; tap++) {
            const row = p * stride[0] - pads[0] + Math.floor(tap / kernel[1]) * dilation[0]
            const column = q * stride[1] - pads[1] + (tap % kernel[1]) * dilation[1]
            if (row < 0 || row >= map[0] || column < 0 || column >= map[1]) continue
            const channel = Math.floor(k / (out / groups)) * perGroup + c
            const from = (n * channels + channel) * cells + row * map[1] + column
            const at = (k * perGroup + c) * taps + tap
            accumulate(y, to, x[from]! * weight[at]!)
            accumulate(dx, from, g[to]! * weight[at]!)
            accumulate(dw, at, g[to]! * x[from]!)
          }
      }
  return { y, dx, dw }
}
