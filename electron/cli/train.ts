/** `relabel train`: trains a run in a child process; only this process writes the database. */
import type { Command } from 'commander'
import { fail, RelabelError } from '../../core/base/error.ts'
import type { Recipe } from '../../core/contract/recipe.ts'
import { openProject } from '../../core/project/project.ts'
import type { Project } from '../../core/project/project.ts'
import { getRun } from '../../core/project/runs.ts'
import type { RunStatus } from '../../core/contract/api/training.ts'
import { checkStudent } from '../../core/training/run/student.ts'
import type { RunReport } from '../../core/training/run/run.ts'
import { located, newRun, trainRun } from '../tasks/train/steps.ts'
import { act, leaf } from './action.ts'
import type { CommandContext, CommandResult } from './action.ts'
import { childOf } from './child.ts'
import { leftOutLines } from './left-out.ts'
import { metricsText, percent } from './metrics-text.ts'
import { addRecipeOptions, recipeOf } from './recipe-options.ts'

export function register(program: Command): void {
  addRecipeOptions(leaf(program, 'train <project>', 'train a student'))
    .option('--resume <run>', 'continue a run from its newest checkpoint')
    .action(act(train))
}

async function train(
  context: CommandContext,
  dir: string,
  given: Record<string, unknown>,
): Promise<CommandResult> {
  const project = openProject(dir)
  try {
    const resume = given['resume'] as string | undefined
    const old = resume === undefined ? undefined : getRun(project, resume)
    const recipe = located(recipeOf(given, (old?.config ?? {}) as object))
    checkStudent(recipe.student)
    if (old?.status === 'done') fail('usage', `run ${old.id} is finished; there is nothing to resume`)
    const id = old?.id ?? (await newRun(project, recipe, childOf(context)))
    const report = await runOne(context, project, id, recipe, old?.status)
    const { dir: folder } = getRun(project, id)
    return { json: { run: id, dir: folder, ...report }, text: describe(id, folder, report) }
  } finally {
    project.close()
  }
}

async function runOne(
  context: CommandContext,
  project: Project,
  id: string,
  recipe: Recipe,
  before: RunStatus | undefined,
): Promise<RunReport> {
  context.note(`run ${id}: ${recipe.student}, ${recipe.supervision}, ${recipe.epochs} epochs`)
  const child = childOf(context, text => context.note(`note: ${text}`))
  try {
    return await trainRun(project, { run: id, recipe, before }, child, ({ epoch, loss, val }) => {
      const validation = val ? `, validation: ${metricsText(val)}` : ''
      context.note(`epoch ${epoch}/${recipe.epochs}: loss ${loss.toFixed(4)}${validation}`)
    })
  } catch (error) {
    if (!(error instanceof RelabelError)) throw error
    if (error.code === 'cancelled')
      fail('cancelled', `${error.message}; continue with: relabel train ${project.dir} --resume ${id}`, {
        ...error.detail,
        run: id,
      })
    throw new RelabelError(error.code, error.message, { ...error.detail, run: id }, error)
  }
}

function describe(id: string, folder: string, report: RunReport): string {
  const lines = [
    `run ${id}: ${report.epochs} epochs, ${report.steps} steps in ${report.seconds.toFixed(1)} s ` +
      `(${report.imagesPerSecond.toFixed(0)} images/s, ${percent(report.busy)} of the time in steps)`,
    `  loss ${report.loss.toFixed(4)}${report.val ? `; validation: ${metricsText(report.val)}` : ''}`,
  ]
  if (report.disputed > 0) lines.push(`  ${report.disputed} labels disputed by the annotator`)
  lines.push(...leftOutLines(report.skipped, report.skippedCount))
  lines.push(`  models in ${folder}`)
  return lines.join('\n')
}
