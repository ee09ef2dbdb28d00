/** Small label maps for the tests of pooling. */
import { random } from '../../../core/base/random.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'

/** The same classes and logits in every cell. */
export function uniformMap(ids: number[], logits: number[], H = 15, W = 15): LabelMap {
  const K = ids.length
  return {
    shape: [K, H, W],
    ids: Uint16Array.from({ length: K * H * W }, (_, i) => ids[Math.floor(i / (H * W))]!),
    logits: Float32Array.from({ length: K * H * W }, (_, i) => logits[Math.floor(i / (H * W))]!),
  }
}

/** Class 10 = 15 on columns x < 5, class 11 = 9 on rows y < 3, on 15×15 cells (elsewhere they have logit 0). */
export function stripesMap(): LabelMap {
  const cells = 225
  const map = uniformMap([10, 11], [0, 0])
  for (let cell = 0; cell < cells; cell++) {
    if (cell % 15 < 5) map.logits[cell] = 15
    if (Math.floor(cell / 15) < 3) map.logits[cells + cell] = 9
  }
  return map
}

/** A random valid map: distinct classes in a cell, falling logits (some negative). */
export function randomMap(seed: number, classes: number, [K, H, W]: [number, number, number]): LabelMap {
  const source = random(seed)
  const cells = H * W
  const map: LabelMap = {
    shape: [K, H, W],
    ids: new Uint16Array(K * cells),
    logits: new Float32Array(K * cells),
  }
  for (let cell = 0; cell < cells; cell++) {
    const ids = source.shuffle(Array.from({ length: classes }, (_, c) => c)).slice(0, K)
    const logits = Array.from({ length: K }, () => 4 * source.normal()).sort((a, b) => b - a)
    for (let k = 0; k < K; k++) {
      map.ids[k * cells + cell] = ids[k]!
      map.logits[k * cells + cell] = logits[k]!
    }
  }
  return map
}
