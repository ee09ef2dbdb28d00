/** The options of `relabel annotate`, and what they mean for a project. */
import { basename, resolve } from 'node:path'
import { modelHash } from '../../core/annotator/model-hash.ts'
import { checkPreprocessing, type Preprocessing } from '../../core/annotator/preprocess.ts'
import { fail } from '../../core/base/error.ts'
import { readClasses } from '../../core/dataset/class-file.ts'
import type { EngineOptions } from '../../core/engine/engine.ts'
import { listSplits, requireSplit } from '../../core/project/images.ts'
import type { ClassEntry, Project } from '../../core/project/project.ts'

/** As commander gives them. */
export interface AnnotateOptions {
  model: string
  classes?: string
  size: number
  mean: number[]
  std: number[]
  resize: 'squash' | 'pad'
  topK: number
  batch: number
  split?: string
  logits: 'fp16' | 'u8'
  threads?: number
  workers?: number
  provider?: EngineOptions['provider']
  acceptApproximation?: boolean
  again?: boolean
  probe?: boolean
  probeImages: number
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

/** Reads what the options name and checks all that can be checked without loading the model. */
export async function requestOf(project: Project, options: AnnotateOptions): Promise<AnnotateRequest> {
  const model = resolve(options.model)
  const split = splitOf(project, options.split)
  const classes = options.classes ? await readClasses(options.classes) : project.classes
  const preprocessing: Preprocessing = {
    size: options.size,
    resize: options.resize,
    mean: options.mean as [number, number, number],
    std: options.std as [number, number, number],
  }
  checkPreprocessing(preprocessing)
  const engine: EngineOptions = {
    ...(options.threads ? { threads: options.threads } : {}),
    ...(options.provider ? { provider: options.provider } : {}),
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
      topK: Math.min(options.topK, classes.length),
      batch: options.batch,
      logits: options.logits,
      engine,
    },
  }
}
