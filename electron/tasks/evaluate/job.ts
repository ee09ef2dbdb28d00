/** The job that measures a run's model on a split and stores its answers for every image. */
import { hasProjectClasses, recipeSchema } from '../../../core/contract/recipe.ts'
import { openProject } from '../../../core/project/project.ts'
import type { Project } from '../../../core/project/project.ts'
import { getRun } from '../../../core/project/runs.ts'
import { evaluateModel } from '../../../core/training/measure/evaluate-model.ts'
import type { EvaluationReport } from '../../../core/training/measure/evaluate-model.ts'
import { keepAnswers } from './keep-answers.ts'
import { modelOfRun } from '../export/model-files.ts'
import { tellFiles } from '../process/file-events.ts'
import type { JobContext } from '../process/protocol.ts'

/** Which run, on which split. */
export interface EvaluateJob {
  run: string
  split: string
}

/** Evaluates the final model of a run with the run's own recipe; its answers are stored in the run's folder. */
export async function evaluateRun(
  project: Project,
  { run: id, split }: EvaluateJob,
  context: JobContext,
): Promise<EvaluationReport> {
  const row = getRun(project, id)
  const parsed = recipeSchema.safeParse(row.config)
  const own = parsed.success ? parsed.data : undefined
  const kept = keepAnswers(row.dir, split, hasProjectClasses(row.config))
  let began = performance.now()
  const report = await evaluateModel(
    project,
    {
      model: modelOfRun(row.dir, id, false),
      byNumber: hasProjectClasses(row.config),
      split,
      // Cache and engine settings; the preprocessing is in the model file.
      recipe: own
        ? { cache: own.cache, workers: own.workers, threads: own.threads, provider: own.provider }
        : {},
    },
    {
      signal: context.signal,
      onFiles: files => tellFiles(context, files),
      onCache(done, total) {
        context.progress({ phase: 'decode', done, total })
        began = performance.now()
      },
      onProgress(done, total) {
        const rate = (1000 * done) / (performance.now() - began)
        context.progress({ phase: `evaluate ${split}`, done, total, rate, left: (total - done) / rate })
      },
      ...kept.hooks,
    },
  ).catch((error: unknown) => {
    kept.discard()
    throw error
  })
  kept.finish()
  return report
}

export async function run(
  config: EvaluateJob & { project: string },
  context: JobContext,
): Promise<EvaluationReport> {
  const project = openProject(config.project, { readonly: true })
  try {
    return await evaluateRun(project, config, context)
  } finally {
    project.close()
  }
}
