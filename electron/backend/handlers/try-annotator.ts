/** Implements `annotator.check` and `annotator.probe`: checks and probes a classifier before a long run. */
import { statfsSync } from 'node:fs'
import { resolve } from 'node:path'
import { messageOf } from '../../../core/base/error.ts'
import type { AnnotateProbe, AnnotateRequest, SurgeryCheck } from '../../../core/contract/api/annotator.ts'
import { readClasses } from '../../../core/dataset/class-file.ts'
import { matchClasses } from '../../../core/labelmap/match-classes.ts'
import { requireSplit } from '../../../core/project/images.ts'
import type { ClassEntry } from '../../../core/contract/class-entry.ts'
import type { Project } from '../../../core/project/project.ts'
import { checkModel, probeImages, requireUsable } from '../../tasks/annotate/steps.ts'
import { askOf, requestOf } from '../../tasks/annotate/request.ts'
import type { CheckResult } from '../../tasks/annotate/check.ts'
import { namedClasses } from '../../tasks/annotate/classes.ts'
import { childOf } from '../child-of-call.ts'

/** Aborted when the caller disconnects. */
export interface CallLife {
  signal?: AbortSignal
}

/** The surgery on a classifier and its error, and how its classes match the project's. */
export async function checkAnnotator(
  project: Project,
  request: AnnotateRequest,
  { signal }: CallLife = {},
): Promise<SurgeryCheck> {
  const warnings: string[] = []
  const checked = await check(project, request, signal, text => warnings.push(text.replace(/^note: /, '')))
  const { report } = checked
  return {
    head: report.head,
    outputs: report.classes,
    error: checked.error,
    measuredAt: checked.measuredAt,
    image: checked.image,
    mapSize: checked.mapSize,
    refused: checked.refused,
    approximation: report.approximation ?? null,
    warnings,
    classes: await classesOf(project, request, checked),
    suggested: suggestedBy(checked),
  }
}

function check(
  project: Project,
  request: AnnotateRequest,
  signal: AbortSignal | undefined,
  onWarning: (text: string) => void,
): Promise<CheckResult> {
  requireSplit(project, request.split)
  const where = { model: resolve(request.model), split: request.split }
  return checkModel(project, askOf(request), where, childOf(signal, onWarning))
}

async function classesOf(
  project: Project,
  request: AnnotateRequest,
  checked: CheckResult,
): Promise<SurgeryCheck['classes']> {
  const outputs = checked.report.classes
  const none = { matched: 0, unmatched: outputs, missing: project.classes.length }
  let source = "the project's classes"
  try {
    let classes: ClassEntry[] = project.classes
    if (request.classes !== null) {
      source = request.classes
      classes = await readClasses(request.classes)
    } else if (checked.named.classes !== null) {
      source = 'named in the model'
      classes = checked.named.classes.map((name, index) => ({ index, name }))
    }
    if (classes.length !== outputs) {
      const problem = `the model has ${outputs} outputs, but there are ${classes.length} classes (${source}); choose the model's class list`
      return { source, ...none, problem }
    }
    const { matched, unmatched, missing } = matchClasses(classes, project.classes)
    return { source, matched, unmatched: unmatched.length, missing: missing.length, problem: null }
  } catch (error) {
    return { source, ...none, problem: messageOf(error) }
  }
}

/** Preprocessing that the file itself specifies. */
function suggestedBy({ named }: CheckResult): SurgeryCheck['suggested'] {
  type Triple = [number, number, number]
  const { mean, std, size } = named
  if (mean === null || std === null) return null
  return { mean: mean as Triple, std: std as Triple, ...(size === null ? {} : { size }) }
}

/** Annotates some images as a probe; keeps nothing. Rejects as the annotation itself would. */
export async function probeAnnotator(
  project: Project,
  { request, images }: { request: AnnotateRequest; images: number },
  { signal }: CallLife = {},
): Promise<AnnotateProbe> {
  const ask = askOf(request)
  const checked = await check(project, request, signal, () => {})
  const asked = await requestOf(project, ask, namedClasses(project, checked))
  requireUsable(checked, asked, ask)
  const trial = { ...ask, images }
  const report = await probeImages(project, asked, trial, checked, childOf(signal))
  const { bavail, bsize } = statfsSync(project.dir)
  return {
    images: report.images,
    skipped: report.skipped.length,
    shape: report.shape,
    rate: report.rate,
    seconds: report.seconds,
    total: Math.round(report.seconds * report.rate),
    rows: report.rows.map(({ k, bytes, divergence, agreement }, i) => ({
      k,
      bytes,
      divergence,
      agreement,
      disk: report.disk[i]?.bytes ?? 0,
    })),
    free: bavail * bsize,
  }
}
