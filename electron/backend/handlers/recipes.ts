/** Implements the `training.*` calls: the available options, whether a recipe is valid, and what it costs. */
import type { z } from 'zod'
import type { trainingCalls, TrainingProbe } from '../../../core/contract/api/training.ts'
import { recipeSchema } from '../../../core/contract/recipe.ts'
import { recipeSettings } from '../../../core/contract/recipe-settings.ts'
import { supervisions } from '../../../core/contract/supervision.ts'
import { studentNames } from '../../../core/graph/students/index.ts'
import type { Project } from '../../../core/project/project.ts'
import { mergeParts, mergeRecipes, presets } from '../../../core/training/recipe/recipe.ts'
import { checkStudent } from '../../../core/training/run/student.ts'
import { located } from '../../tasks/train/steps.ts'
import type { TrainingProbeConfig } from '../../tasks/train/probe.ts'
import type { CallLife } from './try-annotator.ts'
import { childOf } from '../child-of-call.ts'

type Output<Name extends keyof typeof trainingCalls> = z.infer<(typeof trainingCalls)[Name]['output']>

/** The available options of a recipe. */
export function trainingOptions(): Output<'training.options'> {
  return {
    presets: Object.entries(presets).map(([name, recipe]) => ({ name, recipe: { ...recipe } })),
    students: [...studentNames],
    supervisions: [...supervisions],
    settings: recipeSettings(),
    defaults: recipeSchema.parse({}),
  }
}

/** The complete recipe merged from parts, or its problems. */
export function resolveRecipe({ parts }: { parts: unknown[] }): Output<'training.resolve'> {
  const parsed = recipeSchema.safeParse(mergeParts(parts))
  if (parsed.success) return { recipe: parsed.data, problems: [] }
  return {
    recipe: null,
    problems: parsed.error.issues.map(({ path, message }) => `${path.join('.') || '(top)'}: ${message}`),
  }
}

/** Times some steps in a child process; leaves nothing in the project. */
export async function probeTraining(
  project: Project,
  { recipe: part }: { recipe: object },
  { signal }: CallLife = {},
): Promise<TrainingProbe> {
  const recipe = located(mergeRecipes([part]))
  checkStudent(recipe.student)
  const config: TrainingProbeConfig = { project: project.dir, recipe }
  return childOf(signal)<TrainingProbe>('probe-training', config)
}
