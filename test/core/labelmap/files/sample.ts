/** Known maps and a manifest; imported by tests and by the child process that is killed. */
import { random } from '../../../../core/base/random.ts'
import type { Manifest } from '../../../../core/contract/manifest.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'

const classes = 40

/** A map whose size and K differ from number to number. */
export function mapOf(i: number): LabelMap {
  const source = random(99, i)
  const shape: [number, number, number] = [1 + (i % 3), 1 + (i % 4), 2 + (i % 5)]
  const [K, H, W] = shape
  const cells = H * W
  const ids = new Uint16Array(K * cells)
  const logits = new Float32Array(K * cells)
  for (let cell = 0; cell < cells; cell++) {
    const start = source.int(classes)
    for (let k = 0; k < K; k++) {
      ids[k * cells + cell] = (start + k * 3) % classes
      logits[k * cells + cell] = 12 - 2 * k + source.uniform(-1, 1)
    }
  }
  return { shape, ids, logits }
}

export function manifestOf(logits: 'fp16' | 'u8'): Manifest {
  return {
    format: 'relabel-label-maps',
    version: 1,
    logits,
    topK: 3,
    fill: 0,
    annotator: { file: 'model.onnx', sha256: '0'.repeat(64), surgery: { head: 'test', error: 1e-7 } },
    preprocessing: { resize: 'squash', height: 64, width: 64, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
    classes: Array.from({ length: classes }, (_, index) => ({ index, name: `class ${index}` })),
    program: '0.0.0',
    created: '2025-01-01T00:00:00.000Z',
  }
}
