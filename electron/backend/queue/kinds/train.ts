/** The job `train`: a run, added when the job starts, so that it sees the corrections made while it waited. */
import { fail } from '../../../../core/base/error.ts'
import type { Recipe } from '../../../../core/contract/recipe.ts'
import { listSplits } from '../../../../core/project/images.ts'
import type { Project } from '../../../../core/project/project.ts'
import { getRun } from '../../../../core/project/runs.ts'
import { mergeRecipes } from '../../../../core/training/recipe/recipe.ts'
import { splitsOf } from '../../../../core/training/run/from-project.ts'
import { checkStudent } from '../../../../core/training/run/student.ts'
import { located, newRun, trainRun } from '../../../tasks/train/steps.ts'
import { lockTimeout, type Kind } from '../kind.ts'

export const train: Kind<'train'> = {
  resumable: true,
  check(project, { recipe, run }) {
    const whole = recipeOf(project, recipe, run)
    checkStudent(whole.student)
    splitsOf(project, whole)
    if (run !== undefined && getRun(project, run).status === 'done')
      fail('usage', `run ${run} is finished; there is nothing to resume`, { run })
  },
  async run({ project, request, job, child, worksOn, changed }) {
    const known = job.run ?? request.run
    const recipe = recipeOf(project, request.recipe, known)
    const run = known ?? (await newRun(project, recipe, child))
    worksOn({ run })
    changed('project')
    const before = known === undefined ? undefined : getRun(project, known).status
    try {
      const order = { run, recipe, before, evaluate: measuredSplits(project, recipe), lockTimeout }
      const report = await trainRun(project, order, child, () => changed('project'))
      return { run, ...report, skipped: report.skipped.slice(0, 100) }
    } finally {
      changed('project')
    }
  },
}

/** The recipe asked for; a run that exists has its own below it. */
function recipeOf(project: Project, parts: object, run: string | undefined): Recipe {
  const base = run === undefined ? {} : (getRun(project, run).config as object)
  return located(mergeRecipes([base, parts]))
}

/** The splits that tell how good a model is: the validation split, and `test`, where there are such. */
function measuredSplits(project: Project, recipe: Recipe): string[] {
  const { train: own, val } = splitsOf(project, recipe)
  const splits = listSplits(project).map(split => split.name)
  return [...new Set([val, 'test'])].filter(
    (name): name is string => name !== null && name !== own && splits.includes(name),
  )
}
