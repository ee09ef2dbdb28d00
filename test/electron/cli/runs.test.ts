/** Comparing runs, and options that become recipes. */
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import type { RunRow } from '../../../core/project/runs.ts'
import type { Metrics } from '../../../core/contract/metrics.ts'
import { parseRecipe } from '../../../core/training/recipe/recipe.ts'
import { addRecipeOptions, recipeOf } from '../../../electron/cli/recipe-options.ts'
import { table } from '../../../electron/cli/runs.ts'
import { summarise } from '../../../electron/tasks/train/run-summary.ts'

const metrics = (real: number): Metrics => ({ images: 9, top1: 0.5, top5: null, real, mAP: 0.4, loss: 1 })
function row(id: string, stored: RunRow['metrics'], recipe: object = {}): RunRow {
  return {
    id,
    dir: `/p/runs/${id}`,
    kind: 'train',
    status: 'done',
    created: '2025-01-01T00:00:00.000Z',
    config: parseRecipe(recipe),
    snapshot: 's',
    metrics: stored,
  }
}

describe('summarise', () => {
  it('compares runs on the same split by the same measure', () => {
    const all = summarise([
      row('r1', { epochs: 3, loss: 1, val: metrics(0.2), evaluations: { test: metrics(0.6) } }),
      row('r2', { val: metrics(0.9) }, { supervision: 'clean', clean: 'drop', mixup: { probability: 1 } }),
      row(
        'r3',
        { val: metrics(0.1), evaluations: { test: metrics(0.75) } },
        { cutmix: { probability: 0.5 } },
      ),
      row('r4', null),
    ])
    expect(all.map(run => [run.split, run.supervision, run.toFirst, run.toBest])).toEqual([
      ['test', 'relabel', 0, expect.closeTo(-0.15, 9)],
      ['val', 'clean (drop) + mixup', 0, 0],
      ['test', 'relabel + cutmix', expect.closeTo(0.15, 9), 0],
      [null, 'relabel', null, null],
    ])
    expect(
      summarise([row('r1', { val: metrics(0.2), evaluations: { test: metrics(0.6) } })], 'val')[0]!.metrics,
    ).toEqual(metrics(0.2))
  })

  it('shows a recipe that it does not understand as it is', () => {
    const odd = { ...row('r1', null), config: { nonsense: true } }
    expect(summarise([odd])[0]).toMatchObject({ student: '?', supervision: '?' })
  })

  it('sets cells under each other', () => {
    expect(
      table([
        ['a', 'bb'],
        ['ccc', 'd'],
      ]),
    ).toBe('a    bb\nccc  d')
  })
})

describe('recipe options', () => {
  const given = (...args: string[]): Record<string, unknown> =>
    addRecipeOptions(new Command().exitOverride()).parse(args, { from: 'user' }).opts()

  it('turns each into its place', () => {
    const recipe = recipeOf(
      given(
        ...[
          '--preset',
          'small',
          '--cutmix',
          '--mixup',
          '0.2',
          '--lr',
          '0.3',
          '--mean',
          '0.5,0.4,0.3',
          '--jitter',
          '0.4',
        ],
        ...[
          '--val-split',
          'none',
          '--optimizer',
          'sgd',
          '--warmup-epochs',
          '2.5',
          '--set',
          'schedule.gamma=0.5',
        ],
      ),
    )
    expect(recipe).toMatchObject({
      batch: 32,
      lr: 0.3,
      mean: [0.5, 0.4, 0.3],
      valSplit: null,
      cutmix: { probability: 1 },
      mixup: { probability: 0.2 },
      optimizer: { kind: 'sgd' },
      augmentation: { brightness: 0.4, contrast: 0.4, saturation: 0.4, lighting: 0 },
      schedule: { warmupEpochs: 2.5, warmupSteps: 200, gamma: 0.5 },
    })
  })

  it.each([
    [['--lr', 'x'], /--lr takes a number/],
    [['--mean', '1,2'], /mean/],
    [['--set', 'nothing'], /PATH=VALUE/],
    [['--set', '__proto__.x=1'], /PATH=VALUE/],
    [['--crop-scale', '0.9,0.1'], /crop\.scale/],
  ])('refuses %j', (args, message) => {
    expect(() => recipeOf(given(...args))).toThrow(message)
  })
})
