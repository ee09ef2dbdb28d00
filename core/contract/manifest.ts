/**
 * The manifest of an annotation: where its label maps come from and how to read them (`manifest.json` beside the
 * shards).
 */
import { z } from 'zod'
import { fail } from '../base/error.ts'
import { parseJson } from '../base/json.ts'
import { classEntry } from './class-entry.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
/** One number per channel: R, G, B. */
export const perChannel = z.tuple([z.number(), z.number(), z.number()])
/** How an image is brought to the annotator's size. */
export const resizeRule = z.enum(['squash', 'pad'])
export type ResizeRule = z.infer<typeof resizeRule>
/** How logits are stored. */
export const logitMode = z.enum(['fp16', 'u8'])
export type LogitMode = z.infer<typeof logitMode>

/** The newest format of label maps on disk that this program reads and writes. */
const labelMapFormat = 1

export const manifestSchema = z.object({
  format: z.literal('relabel-label-maps'),
  /** Version of the format; raised when an older program could misread the files. */
  version: z.int().min(1).max(labelMapFormat),
  /** `fp16`: exact to half precision; `u8`: off by at most half a step, where a step is the map's range / 255. */
  logits: logitMode,
  /** K, the largest number of classes that a cell lists. */
  topK: z.int().min(1).max(4096),
  /** The logit of classes that a cell does not list; 0 as published. */
  fill: z.number(),
  annotator: z.object({
    /** File name without its folder. */
    file: z.string().max(1000),
    sha256,
    /** The surgery's report: at least the head and the relative error of mean(map) = logits. */
    surgery: z.looseObject({ head: z.string(), error: z.number().nullable() }).nullable(),
  }),
  preprocessing: z.object({
    /** `squash`: to the size, ignoring the aspect; `pad`: shorter side to the size, then padded to whole cells. */
    resize: resizeRule,
    height: z.int().min(1),
    width: z.int().min(1),
    /** For pixels in 0…1, RGB. */
    mean: perChannel,
    std: perChannel,
  }),
  /** The annotator's classes in the order of its outputs. */
  classes: z
    .array(classEntry)
    .min(1)
    .max(1 << 20),
  /** Version of the program that began the annotation. */
  program: z.string().max(100),
  /** When the annotation began (ISO 8601); kept when it is resumed, so that the resumed files have the same bytes. */
  created: z.iso.datetime(),
})

/** Provenance of an annotation. */
export type Manifest = z.infer<typeof manifestSchema>

/** A manifest from JSON text; throws 'bad-label-map' that names `file` and what is wrong. */
export function parseManifest(text: string, file: string): Manifest {
  let value: unknown
  try {
    value = parseJson(text, file)
  } catch (error) {
    return fail(
      'bad-label-map',
      `${file} is not JSON: the annotation cannot be read without its manifest`,
      { file },
      error,
    )
  }
  const version = (value as { version?: unknown } | null)?.version
  if (typeof version === 'number' && version > labelMapFormat)
    fail(
      'bad-label-map',
      `${file} is of format ${version}; this program reads up to ${labelMapFormat}, a newer one is needed`,
      { file },
    )
  const parsed = manifestSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue?.path.join('.') ?? ''
  return fail(
    'bad-label-map',
    `${file} is not a manifest of label maps: ${where} ${issue?.message ?? ''}`.trim(),
    { file, where },
  )
}

/**
 * Whether maps made under `b` may be added to those made under `a`: everything that determines a map's bytes is equal.
 */
export function sameProvenance(a: Manifest, b: Manifest): string | null {
  const fixed = ['version', 'logits', 'topK', 'fill', 'preprocessing', 'classes'] as const
  for (const field of fixed) if (JSON.stringify(a[field]) !== JSON.stringify(b[field])) return field
  return a.annotator.sha256 === b.annotator.sha256 ? null : 'annotator'
}
