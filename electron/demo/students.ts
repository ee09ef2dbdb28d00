/** Trains one student with the steps of `relabel train`, and measures it on the test scenes. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Recipe, RecipeInput } from '../../core/contract/recipe.ts'
import { openSession } from '../../core/engine/session.ts'
import { getRun, listRuns } from '../../core/project/runs.ts'
import type { RunRow } from '../../core/project/runs.ts'
import { openProject } from '../../core/project/project.ts'
import type { Project } from '../../core/project/project.ts'
import { writeAtomicSync } from '../../core/base/files/atomic.ts'
import { parseRecipe } from '../../core/training/recipe/recipe.ts'
import { readLog } from '../../core/training/run/run-log.ts'
import type { RunChild } from '../tasks/process/child.ts'
import { located, newRun, trainRun } from '../tasks/train/steps.ts'
import { childOf } from './context.ts'
import type { DemoContext } from './context.ts'
import { measureStudent } from './measure.ts'
import type { SceneSet, StudentMeasures } from './measure.ts'
import type { Row } from './recipe.ts'

/** One epoch of the run's metrics. */
export interface EpochPoint {
  epoch: number
  loss: number
  /** Validation, shares in 0…1. */
  real: number | null
}

/** The stored result of a student. */
export interface StudentResult {
  run: string
  measures: StudentMeasures
  /** Seconds of training, including its child process. */
  seconds: number
  epochs: EpochPoint[]
}

/** The recipe of a row and seed. */
export function studentRecipe({ recipe }: Pick<DemoContext, 'recipe'>, row: Row, seed: number): RecipeInput {
  return { ...recipe.student, ...row.recipe, seed }
}

/** The same for a run: with the annotation of this project, and the annotator that `distill` runs. */
export function trainingRecipe(
  { recipe, paths }: Pick<DemoContext, 'recipe' | 'paths'>,
  row: Row,
  seed: number,
  annotation: string,
): RecipeInput {
  const asked = studentRecipe({ recipe }, row, seed)
  const distill = asked.distill ? { distill: { ...asked.distill, model: paths.annotator } } : {}
  return { ...asked, annotation, ...distill }
}

/** Trains and measures. */
export async function trainStudent(
  context: DemoContext,
  row: Row,
  seed: number,
  annotation: string,
  test: () => Promise<SceneSet>,
): Promise<StudentResult> {
  const { paths, recipe, command } = context
  const name = `${row.name.replaceAll(/[^a-z0-9]+/gi, '-').replace(/-$/, '')}-seed${seed}`
  const file = join(paths.recipes, `${name}.json`)
  mkdirSync(paths.recipes, { recursive: true })
  const given = trainingRecipe(context, row, seed, annotation)
  writeAtomicSync(file, `${JSON.stringify(given, null, 2)}\n`)
  const phase = `train ${row.name}, seed ${seed}`
  command.note(`${phase}: recipe ${file}`)
  const started = performance.now()
  const run = await train(paths.project, located(parseRecipe(given)), childOf(context, phase))
  const seconds = (performance.now() - started) / 1000
  const { model, epochs } = readRun(paths.project, run)
  const session = await openSession(model)
  try {
    const size = recipe.student.size ?? 40
    const measures = await measureStudent(session, await test(), { size, seed: 0, rounds: recipe.testCrops })
    return { run, measures, seconds, epochs }
  } finally {
    await session.close()
  }
}

/** Trains a run with this recipe to its end, continuing one from an earlier start if there is one; returns its id. */
async function train(dir: string, recipe: Recipe, child: RunChild): Promise<string> {
  const project = openProject(dir)
  try {
    const unfinished = findUnfinished(project, recipe)
    const run = unfinished?.id ?? (await newRun(project, recipe, child))
    await trainRun(project, { run, recipe, before: unfinished?.status }, child)
    return run
  } finally {
    project.close()
  }
}

/** A run that was stopped; a killed one still counts as running. */
function findUnfinished(project: Project, recipe: Recipe): RunRow | undefined {
  return listRuns(project).findLast(
    run => (run.status === 'stopped' || run.status === 'running') && isDeepStrictEqual(run.config, recipe),
  )
}

/** The model file and the epochs of a run. */
function readRun(dir: string, id: string): { model: string; epochs: EpochPoint[] } {
  const project = openProject(dir, { readonly: true })
  try {
    const run = getRun(project, id)
    const epochs = readLog(join(run.dir, 'metrics.jsonl')).flatMap(line =>
      line.type === 'epoch' ? [{ epoch: line.epoch, loss: line.loss, real: line.val?.real ?? null }] : [],
    )
    return { model: join(run.dir, 'model.onnx'), epochs }
  } finally {
    project.close()
  }
}
