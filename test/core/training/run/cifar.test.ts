/** Real photographs: a small student on a part of CIFAR-10 learns far more than chance (docs/benchmarks.md has the whole run). */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { probeImage } from '../../../../core/image/decode.ts'
import type { TrainingImage } from '../../../../core/training/sample/image-set.ts'
import { runTraining } from '../../../../core/training/run/loop.ts'
import { prepareRun } from '../../../../core/training/run/prepare.ts'
import { parseRecipe } from '../../../../core/training/recipe/recipe.ts'
import { sharedFile } from '../../../shared.ts'
import { temporaryFolder } from '../fixture.ts'

const archive = sharedFile('data/cifar10-12k.tar')
const { dir, remove } = temporaryFolder()
afterAll(remove)

async function list(split: string, perClass: number): Promise<TrainingImage[]> {
  const root = join(dir, 'cifar10', split)
  const { width, height } = await probeImage(join(root, 'bird', readdirSync(join(root, 'bird'))[0]!))
  return readdirSync(root)
    .sort()
    .flatMap((name, label) =>
      readdirSync(join(root, name))
        .sort()
        .slice(0, perClass)
        .map(file => ({
          key: `${split}/${name}/${file}`,
          file: join(root, name, file),
          width,
          height,
          label,
          truth: null,
        })),
    )
}

describe.skipIf(!archive)('CIFAR-10', () => {
  it('is learned from 2,000 images in a few seconds', async () => {
    execFileSync('tar', ['-xf', archive!, '-C', dir])
    const recipe = parseRecipe({
      student: 'digits_student',
      supervision: 'onehot',
      size: 32,
      epochs: 6,
      batch: 32,
      lr: 0.006,
      threads: 1,
      workers: 1,
      optimizer: { kind: 'adamw', weightDecay: 0.01 },
      schedule: { warmupSteps: 60 },
      augmentation: { crop: { scale: [0.4, 1] } },
      evaluation: { mode: 'squash' },
      validateEvery: 6,
    })
    const { setup } = await prepareRun({
      recipe,
      train: await list('train', 200),
      val: await list('test', 50),
      resume: false,
      classes: readdirSync(join(dir, 'cifar10', 'train')).sort(),
      dir: join(dir, 'run'),
      cacheDir: join(dir, 'cache'),
    })
    const outcome = await runTraining(setup)
    await outcome.trainer.close()
    // Chance is 10 %, with a standard error of 1.3 % on 500 images.
    expect(outcome.val!.images).toBe(500)
    expect(outcome.val!.top1).toBeGreaterThan(0.25)
  })
})
