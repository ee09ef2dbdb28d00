/** Relabelling: checks an annotator file and probes what a run would take. */
import { z } from 'zod'
import { logitMode, perChannel, resizeRule } from '../manifest.ts'
import { provider } from '../providers.ts'
import { call } from './call.ts'
import { path, splitName } from './common.ts'

/** The settings of an annotation. */
export const annotateRequest = z.object({
  /** ONNX file. */
  model: path,
  /** The annotator's class list; null: the classes named in the model, or the project's if the counts match. */
  classes: path.nullable(),
  split: splitName,
  size: z.int().min(8).max(4096),
  resize: resizeRule,
  mean: perChannel,
  std: perChannel,
  topK: z.int().min(1).max(4096),
  batch: z.int().min(1).max(1024),
  logits: logitMode,
  provider: provider.nullable(),
  threads: z.int().min(1).max(1024).nullable(),
  workers: z.int().min(1).max(64).nullable(),
  acceptApproximation: z.boolean(),
})
export type AnnotateRequest = z.infer<typeof annotateRequest>

/** What the surgery found. */
export const surgeryCheck = z.object({
  /** Short description of the head. */
  head: z.string(),
  /** Annotator classes. */
  outputs: z.number(),
  /** max |mean(map) − logits| / max |logits|, measured on `image` at `measuredAt` pixels (height, width). */
  error: z.number(),
  measuredAt: z.tuple([z.number(), z.number()]),
  image: z.string().nullable(),
  /** Rows and columns of cells at the requested size; null: not known before it runs. */
  mapSize: z.tuple([z.number(), z.number()]).nullable(),
  /** Why it is refused, or null. */
  refused: z.string().nullable(),
  /** Which part is only an approximation, or null. */
  approximation: z.string().nullable(),
  warnings: z.array(z.string()),
  /** How its classes match the project's. */
  classes: z.object({
    source: z.string(),
    matched: z.number(),
    unmatched: z.number(),
    missing: z.number(),
    /** Why they do not fit, or null. */
    problem: z.string().nullable(),
  }),
  /** Preprocessing that the model file specifies, offered to the user. */
  suggested: z.object({ mean: perChannel, std: perChannel, size: z.number() }).partial().nullable(),
})
export type SurgeryCheck = z.infer<typeof surgeryCheck>

/** What a probe on some images measured, and the estimate for the whole split. */
export const annotateProbe = z.object({
  images: z.number(),
  skipped: z.number(),
  /** [C, H, W] */
  shape: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  /** Images per second. */
  rate: z.number(),
  /** Seconds for the whole split. */
  seconds: z.number(),
  total: z.number(),
  rows: z.array(
    z.object({
      k: z.number(),
      /** Bytes per map. */
      bytes: z.number(),
      /** KL(dense ‖ stored) over random crops, nats. */
      divergence: z.number(),
      /** Share of crops with the same top class. */
      agreement: z.number(),
      /** Bytes for the whole split. */
      disk: z.number(),
    }),
  ),
  /** Free bytes on the project's disk. */
  free: z.number(),
})
export type AnnotateProbe = z.infer<typeof annotateProbe>

export const annotatorCalls = {
  /** Runs in a child process; takes seconds. */
  'annotator.check': call(annotateRequest, surgeryCheck),
  'annotator.probe': call(
    z.object({ request: annotateRequest, images: z.int().min(1).max(1000) }),
    annotateProbe,
  ),
}
