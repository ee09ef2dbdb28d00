/** The request of an annotation, resolved for a project. */
import { basename, resolve } from 'node:path'
import { modelHash } from '../../../core/annotator/model-hash.ts'
import { checkPreprocessing, type Preprocessing } from '../../../core/annotator/preprocess.ts'
import { fail } from '../../../core/base/error.ts'
import type { AnnotateRequest as StudioRequest } from '../../../core/contract/api/annotator.ts'
import type { LogitMode, ResizeRule } from '../../../core/contract/manifest.ts'
import type { Provider } from '../../../core/contract/providers.ts'
import { readClasses } from '../../../core/dataset/class-file.ts'
import type { EngineOptions } from '../../../core/engine/engine.ts'
import { listSplits, requireSplit } from '../../../core/project/images.ts'
import { ownClasses } from './classes.ts'
import type { ClassEntry } from '../../../core/contract/class-entry.ts'
import type { Project } from '../../../core/project/project.ts'

/** What a person asks for; the command line and the studio both lead here. */
export interface AnnotateAsk {
  model: string
  classes?: string
  size: number
  mean: number[]
  std: number[]
  resize: ResizeRule
  topK: number
  batch: number
  split?: string
  logits: LogitMode
  threads?: number
  workers?: number
  provider?: Provider
  acceptApproximation?: boolean
}

/** A checked request. `config` decides whether an unfinished annotation is the same one. */
export interface AnnotateRequest {
  model: string
  split: string
  /** The annotator's classes, where they are known before its outputs are counted. */
  classes: ClassEntry[]
  preprocessing: Preprocessing
  engine: EngineOptions
  config: Record<string, unknown>
}

/** The studio's request in these words. */
export function askOf(request: StudioRequest): AnnotateAsk {
  const { classes, provider, threads, workers, ...rest } = request
  return {
    ...rest,
    ...(classes === null ? {} : { classes }),
    ...(provider === null ? {} : { provider }),
    ...(threads === null ? {} : { threads }),
    ...(workers === null ? {} : { workers }),
  }
}

/** The split to annotate: the one named, `train`, or the only one. */
function splitOf(project: Project, wanted: string | undefined): string {
  if (wanted !== undefined) {
    requireSplit(project, wanted)
    return wanted
  }
  const names = listSplits(project).map(split => split.name)
  if (names.includes('train')) return 'train'
  return names.length === 1 && names[0] !== undefined
    ? names[0]
    : fail('usage', `name a split with --split; the project has ${names.join(', ') || 'none'}`)
}

/** Pixels to floats, as asked for; fails with `usage` on values that no annotator could want. */
export function preprocessingOf(ask: AnnotateAsk): Preprocessing {
  const preprocessing: Preprocessing = {
    size: ask.size,
    resize: ask.resize,
    mean: ask.mean as [number, number, number],
    std: ask.std as [number, number, number],
  }
  checkPreprocessing(preprocessing)
  return preprocessing
}

/**
 * Reads what the request names and checks all that can be checked without loading the model. The annotator's classes are
 * those of its file, else `named` (what the model says of itself), else the project's.
 */
export async function requestOf(
  project: Project,
  ask: AnnotateAsk,
  named?: ClassEntry[],
): Promise<AnnotateRequest> {
  const model = resolve(ask.model)
  const split = splitOf(project, ask.split)
  const classes = ask.classes ? await readClasses(ask.classes) : (named ?? ownClasses(project))
  const preprocessing = preprocessingOf(ask)
  const engine: EngineOptions = {
    ...(ask.threads ? { threads: ask.threads } : {}),
    ...(ask.provider ? { provider: ask.provider } : {}),
  }
  return {
    model,
    split,
    classes,
    preprocessing,
    engine,
    config: {
      split,
      model: { file: basename(model), sha256: await modelHash(model) },
      classes,
      preprocessing,
      topK: Math.min(ask.topK, classes.length),
      batch: ask.batch,
      logits: ask.logits,
      engine,
    },
  }
}
