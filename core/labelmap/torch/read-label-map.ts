/** Label maps as the published code saves them: a torch tensor [2, K, H, W] of logits and class ids. */
import { fail } from '../../base/error.ts'
import type { LabelMap } from '../label-map.ts'
import { loadTensor } from './container.ts'
import { readStrided } from './storage.ts'
import { checkShape, validateLabelMap } from '../validate.ts'

/**
 * The label map in a file of torch.save (either container; float32, float16, float64, bfloat16; any strides): plane 0
 * of the tensor `[2, K, H, W]` holds logits, plane 1 class ids. Executes nothing. Throws 'bad-label-map' for anything
 * that is not exactly one such tensor.
 */
export function readTorchLabelMap(bytes: Uint8Array): LabelMap {
  const { tensor, raw } = loadTensor(bytes)
  const [planes, K, H, W] = tensor.size
  if (tensor.size.length !== 4 || planes !== 2)
    fail(
      'bad-label-map',
      `the file holds a tensor of size [${tensor.size.join(', ')}]; a label map is [2, K, H, W]`,
    )
  const shape: [number, number, number] = [K!, H!, W!]
  const size = K! * H! * W!
  checkShape(shape, size, 'the tensor')
  const values = readStrided(tensor, raw)
  const logits = values.slice(0, size)
  const numbers = values.subarray(size)
  let largest = 0
  for (const id of numbers) {
    if (!Number.isInteger(id) || id < 0 || id > 0xffffffff)
      fail('bad-label-map', `the tensor’s second plane holds ${id}, which is not a class id`)
    largest = Math.max(largest, id)
  }
  const ids = largest < 65536 ? Uint16Array.from(numbers) : Uint32Array.from(numbers)
  const map: LabelMap = { shape, ids, logits }
  validateLabelMap(map, { name: 'the tensor' })
  return map
}
