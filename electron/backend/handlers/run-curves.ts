/** Implements `runs.curves`: the log of a run, thinned out for a chart. */
import { join } from 'node:path'
import type { RunCurves } from '../../../core/contract/api/training.ts'
import type { Project } from '../../../core/project/project.ts'
import { getRun } from '../../../core/project/runs.ts'
import { readLog, type LogLine } from '../../../core/training/run/run-log.ts'

const mostPoints = 2000

type StepLine = Extract<LogLine, { type: 'step' }>

/** Every n-th line and the last one, at most `most` in total. */
function thinned(lines: StepLine[], most: number): StepLine[] {
  if (lines.length <= most) return lines
  const every = Math.ceil(lines.length / (most - 1))
  return lines.filter((_, i) => i % every === 0 || i === lines.length - 1)
}

/** Steps and epochs above `after` (default: all). Fails with `not-found` for an unknown run. */
export function runsCurves(
  project: Project,
  { id, after = 0 }: { id: string; after?: number | undefined },
): RunCurves {
  const lines = readLog(join(getRun(project, id).dir, 'metrics.jsonl'))
  const steps = thinned(
    lines.filter((line): line is StepLine => line.type === 'step' && line.step > after),
    mostPoints,
  )
  return {
    id,
    step: steps.map(line => line.step),
    loss: steps.map(line => line.loss),
    lr: steps.map(line => line.lr),
    epochs: lines.flatMap(line =>
      line.type === 'epoch' && line.step > after
        ? [
            {
              epoch: line.epoch,
              step: line.step,
              loss: line.loss,
              top1: line.val?.top1 ?? null,
              real: line.val?.real ?? null,
              mAP: line.val?.mAP ?? null,
            },
          ]
        : [],
    ),
  }
}
