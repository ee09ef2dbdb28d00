/** Normalisation by mean and standard deviation, as one multiplication and one addition per value. */

/** (v − mean) / std = v · gain + bias for channel c. */
export interface Normalisation {
  gain: [number, number, number]
  bias: [number, number, number]
}

/** From mean and standard deviation of pixels in 0…1. */
export function normalisation(mean: readonly number[], std: readonly number[]): Normalisation {
  const at = (c: number): [number, number] => [1 / std[c]!, -mean[c]! / std[c]!]
  const [r, g, b] = [at(0), at(1), at(2)]
  return { gain: [r[0], g[0], b[0]], bias: [r[1], g[1], b[1]] }
}

/** Normalises planes [3, plane] at `data[at…]` in place. */
export function normalise(data: Float32Array, at: number, plane: number, by: Normalisation): void {
  for (let c = 0; c < 3; c++) {
    const gain = by.gain[c]!
    const bias = by.bias[c]!
    const start = at + c * plane
    for (let i = start; i < start + plane; i++) data[i] = data[i]! * gain + bias
  }
}
