/** The steps of an annotation: check the annotator, find or begin the annotation, and run it in a child process. */
import { isDeepStrictEqual } from 'node:util'
import { fail } from '../../../core/base/error.ts'
import type { ProbeReport } from '../../../core/annotator/probe.ts'
import type { Manifest } from '../../../core/contract/manifest.ts'
import {
  addAnnotation,
  getAnnotation,
  listAnnotations,
  updateAnnotation,
  writeSure,
  type AnnotationRow,
} from '../../../core/project/annotations.ts'
import { forgetMeasures } from '../../../core/project/browse/measures.ts'
import { rememberFiles } from '../../../core/project/image-files.ts'
import type { Project } from '../../../core/project/project.ts'
import { packageVersion } from '../process/version.ts'
import type { AnnotateConfig, AnnotateResult } from './job.ts'
import type { CheckConfig, CheckResult } from './check.ts'
import type { ProbeConfig } from './probe.ts'
import { preprocessingOf, type AnnotateAsk, type AnnotateRequest } from './request.ts'
import type { RunChild } from '../process/child.ts'
import { isFilesEvent } from '../process/file-events.ts'

/** Random crops of each image of a trial. */
const cropsAnImage = 16

/** The newest annotation with the same configuration, to be continued. */
export function findSame(project: Project, request: AnnotateRequest): AnnotationRow | undefined {
  const plain: unknown = JSON.parse(JSON.stringify(request.config))
  return listAnnotations(project).findLast(row => isDeepStrictEqual(row.config, plain))
}

/** Turns the model and measures it on the first image of the split; says in the result whether it can be used. */
export function checkModel(
  project: Project,
  ask: AnnotateAsk,
  where: { model: string; split: string },
  child: RunChild,
): Promise<CheckResult> {
  const config: CheckConfig = {
    model: where.model,
    preprocessing: preprocessingOf(ask),
    batch: ask.batch,
    project: project.dir,
    split: where.split,
    acceptApproximation: Boolean(ask.acceptApproximation),
  }
  return child<CheckResult>('check-annotator', config)
}

/** Fails where a checked model cannot be used for a request. */
export function requireUsable(checked: CheckResult, request: AnnotateRequest, ask: AnnotateAsk): void {
  const { report } = checked
  if (report.classes !== request.classes.length)
    fail(
      'mismatch',
      ask.classes
        ? `${ask.classes} lists ${request.classes.length} classes, but ${ask.model} has ${report.classes} outputs`
        : `${ask.model} has ${report.classes} outputs and the project ${request.classes.length} classes; give the model's class list with --classes FILE`,
      { outputs: report.classes, classes: request.classes.length },
    )
  if (checked.refused !== null)
    fail(
      'unsupported',
      `${ask.model}: ${checked.refused}${report.approximation ? ' (--accept-approximation)' : ''}`,
      {
        error: checked.error,
        approximation: report.approximation ?? null,
      },
    )
}

/** A new annotation in the project, once the model has proved usable. */
export function begin(
  project: Project,
  request: AnnotateRequest,
  ask: Pick<AnnotateAsk, 'logits'>,
  checked: CheckResult,
): AnnotationRow {
  const created = new Date().toISOString()
  const { preprocessing } = request
  const model = request.config['model'] as { file: string; sha256: string }
  const manifest: Manifest = {
    format: 'relabel-label-maps',
    version: 1,
    logits: ask.logits,
    topK: request.config['topK'] as number,
    fill: 0,
    annotator: { ...model, surgery: { ...checked.report, error: checked.error } },
    preprocessing: {
      resize: preprocessing.resize,
      height: preprocessing.size,
      width: preprocessing.size,
      mean: preprocessing.mean,
      std: preprocessing.std,
    },
    classes: request.classes,
    program: `relabel-studio ${packageVersion()}`,
    created,
  }
  const fitting = {
    stride: checked.stride,
    batch: checked.batch,
    ...(checked.fixedBatch ? { fixedBatch: checked.fixedBatch } : {}),
  }
  const { id } = addAnnotation(project, {
    config: request.config,
    manifest: { ...manifest, run: fitting },
    created,
  })
  return getAnnotation(project, id)
}

/** Probes some images with several K; keeps nothing. */
export function probeImages(
  project: Project,
  request: AnnotateRequest,
  ask: Pick<AnnotateAsk, 'workers' | 'logits' | 'topK'> & { images: number },
  checked: CheckResult,
  child: RunChild,
): Promise<ProbeReport> {
  const config: ProbeConfig = {
    project: project.dir,
    split: request.split,
    model: request.model,
    classes: request.classes.length,
    preprocessing: request.preprocessing,
    stride: checked.stride,
    batch: checked.batch,
    ...(checked.fixedBatch ? { fixedBatch: checked.fixedBatch } : {}),
    engine: request.engine,
    ...(ask.workers ? { workers: ask.workers } : {}),
    logits: ask.logits,
    ks: [...new Set([5, 10, 20, ask.topK])].sort((a, b) => a - b),
    count: ask.images,
    crops: cropsAnImage,
    seed: 0,
  }
  return child<ProbeReport>('probe', config)
}

/**
 * The newest annotation with the same configuration; a new one, once the model has proved usable, where there is none.
 */
export async function findOrBegin(
  project: Project,
  request: AnnotateRequest,
  ask: AnnotateAsk,
  child: RunChild,
): Promise<AnnotationRow> {
  const same = findSame(project, request)
  if (same) return same
  const checked = await checkModel(project, ask, request, child)
  requireUsable(checked, request, ask)
  return begin(project, request, ask, checked)
}

type Stored = Manifest & { run: { stride: [number, number]; batch: number; fixedBatch?: number } }

/** The provenance that the project keeps of an annotation, without what only this program's jobs need. */
export function manifestOf(row: AnnotationRow): Manifest {
  const manifest: Manifest & Partial<Stored> = { ...(row.manifest as Stored) }
  delete manifest.run
  return manifest
}

/** How the child works: its decoding threads, and how long (ms) it waits for a folder that another writer holds. */
type WorkOptions = Pick<AnnotateAsk, 'workers'> & { lockTimeout?: number | undefined }

/** What the child gets to do. */
function configOf(
  project: Project,
  request: AnnotateRequest,
  row: AnnotationRow,
  ask: WorkOptions,
): AnnotateConfig {
  const { run: fitting } = row.manifest as Stored
  return {
    project: project.dir,
    split: request.split,
    dir: row.dir,
    model: request.model,
    manifest: manifestOf(row),
    preprocessing: request.preprocessing,
    ...fitting,
    engine: request.engine,
    ...(ask.workers ? { workers: ask.workers } : {}),
    ...(ask.lockTimeout === undefined ? {} : { lockTimeout: ask.lockTimeout }),
  }
}

/**
 * Annotates what is left, in a child process; the project learns what became of its image files. Rejects with
 * `cancelled` (what is done is kept), or as the job does; with `bad-data` where not one image could be annotated. The
 * annotation is marked `done` at the end.
 */
export async function carryOn(
  project: Project,
  request: AnnotateRequest,
  row: AnnotationRow,
  ask: WorkOptions,
  child: RunChild,
): Promise<AnnotateResult> {
  const result = await child<AnnotateResult>('annotate', configOf(project, request, row, ask), {
    onEvent(data) {
      if (!isFilesEvent(data)) return
      rememberFiles(project, data.files)
      forgetMeasures(project, row.id, data.outdated)
    },
  })
  if (result.records === 0)
    fail(
      'bad-data',
      `none of the ${result.images} images could be annotated; the first: ${result.skipped[0]?.reason}`,
      {
        annotation: row.id,
        skipped: result.skipped.slice(0, 100),
      },
    )
  updateAnnotation(project, row.id, { status: 'done' })
  // What counts as sure has to be measured again, over the new maps too.
  if (result.annotated > 0) writeSure(project, row.id, null)
  return result
}
