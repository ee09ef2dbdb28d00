/** Scores kept predictions by the labels and the truth that are in force now, without running a model. */
import { classMapOf, type ClassMap } from '../../../core/labelmap/class-map.ts'
import { matchClasses } from '../../../core/labelmap/match-classes.ts'
import type { Metrics } from '../../../core/contract/metrics.ts'
import { resolveClass } from '../../../core/project/database/classes.ts'
import { labelsOfSplit } from '../../../core/project/images.ts'
import { browseVersion } from '../../../core/project/overview.ts'
import { isStale, versionsNow } from '../../../core/project/labels/versions.ts'
import type { Project } from '../../../core/project/project.ts'
import { getRun, listRuns } from '../../../core/project/runs.ts'
import { fail } from '../../../core/base/error.ts'
import { createScorer } from '../../../core/training/measure/score.ts'
import { predictedSplits, readPredictions, scoresFile, type Predictions } from './predictions.ts'
import { readScores } from './scores.ts'

/** A run's figures on a split. */
export interface RunOnSplit {
  run: string
  split: string
}

/** From the classes of the kept logits to those of the project, as an evaluation would match them now. */
function classMapNow(project: Project, own: number, target: Predictions['target']): ClassMap {
  const { classes } = project
  if (target === null) return matchClasses(classes.slice(0, own), classes, { by: 'id' })
  return classMapOf(
    target.map(to => (to < 0 ? -1 : resolveClass(project, to))),
    classes.length,
  )
}

type SplitLabels = ReturnType<typeof labelsOfSplit>
const known = new WeakMap<Project['db'], { of: string; labels: SplitLabels }>()

/** Read once for all runs on a split, and again when images or classes changed. */
function labelsNow(project: Project, split: string): SplitLabels {
  const of = `${split} ${browseVersion(project)} ${project.classesVersion}`
  const last = known.get(project.db)
  if (last?.of === of) return last.labels
  const labels = labelsOfSplit(project, split)
  known.set(project.db, { of, labels })
  return labels
}

/**
 * The figures that an evaluation would give now. Throws `not-found` without answers, `bad-data` where the logits were not
 * kept (by an earlier version) or are damaged.
 */
export function rescore(project: Project, { run, split }: RunOnSplit): Metrics {
  const { dir } = getRun(project, run)
  const { keys, scores, labels, truth, target } = readPredictions(dir, run, split)
  if (!scores)
    return fail('bad-data', `the logits of run ${run} on "${split}" were not kept; evaluate it again`, {
      run,
      split,
    })
  const versions = versionsNow(project)
  const now = labelsNow(project, split)
  const map = classMapNow(project, scores.classes, target)
  const scorer = createScorer(project.classes.length, map.identity ? undefined : map)
  let i = 0
  for (const logits of readScores(scoresFile(dir, split), scores, keys.length)) {
    const image = now.get(keys[i]!)
    // An image that the project lost keeps what it had.
    scorer.add(logits, image ?? { label: labels[i]! < 0 ? null : labels[i]!, valid: truth[i]! })
    i++
  }
  const metrics = scorer.result()
  const basis = { ...versions, rescored: true }
  if (scores.form === 'dense') return { ...metrics, basis: { ...basis, missing: [] } }
  return { ...metrics, mAP: null, loss: null, basis: { ...basis, missing: ['mAP', 'loss'] } }
}

/** Figures of runs that tell of earlier labels or an earlier truth, and can be scored again. */
export function staleFigures(project: Project): RunOnSplit[] {
  const stale = new Map<string, (of: Metrics | undefined) => boolean>()
  const test = (split: string): ((of: Metrics | undefined) => boolean) => {
    const known = stale.get(split) ?? (of => isStale(project, split, of?.basis))
    stale.set(split, known)
    return known
  }
  return listRuns(project).flatMap(({ id: run, dir, metrics }) =>
    predictedSplits(dir).flatMap(split =>
      test(split)(metrics?.evaluations?.[split]) ? [{ run, split }] : [],
    ),
  )
}
