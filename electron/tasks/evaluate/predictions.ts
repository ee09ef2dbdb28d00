/** A run's answers for every image of a split, stored in the run's folder: for comparing runs and scoring them again. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { fail, messageOf } from '../../../core/base/error.ts'
import { writeAtomicSync } from '../../../core/base/files/atomic.ts'
import { requireOwnedFile } from '../../../core/base/files/owned.ts'
import { readText } from '../../../core/base/files/read.ts'
import { parseJson } from '../../../core/base/json.ts'
import { scoresInfo, writeScores } from './scores.ts'

const schema = z.object({
  format: z.literal('relabel-predictions'),
  version: z.union([z.literal(1), z.literal(2)]),
  split: z.string(),
  /** Equally long lists, in the order of the images. */
  keys: z.array(z.string()),
  /** Given label at that time; −1: none. */
  labels: z.array(z.number()),
  /** All valid classes at that time; null where only the label was known. */
  truth: z.array(z.array(z.number()).nullable()),
  /** The class of the highest logit. */
  answers: z.array(z.number()),
  /** What the file of logits holds; null, and absent in version 1: there is none. */
  scores: scoresInfo.nullable().default(null),
  /** Class of the project of each of the model's, −1 for none, at that time; null: they are the project's by number. */
  target: z.array(z.int().min(-1)).nullable().default(null),
})

/** Enough for several million images. */
const mostBytes = 400_000_000

/** Answers on a split. */
export type Predictions = z.infer<typeof schema>

const fileOf = (dir: string, split: string, ending: string): string =>
  join(dir, `predictions-${encodeURIComponent(split)}.${ending}`)
/** The file of a run's answers. */
const predictionsFile = (dir: string, split: string): string => fileOf(dir, split, 'json')
/** The file of a run's logits. */
export const scoresFile = (dir: string, split: string): string => fileOf(dir, split, 'scores')

/** Collects answers and logits while a model is measured. */
export interface PredictionsWriter {
  add(
    image: { key: string; label: number | null; truth: readonly number[] | null },
    answer: number,
    logits: Float32Array,
  ): void
  /** Writes them; each file atomically, and a pair that a kill separated is noticed by its checksum. */
  finish(target: readonly number[] | null): void
  discard(): void
}

/** `images`: how many there will be at most. */
export function openPredictions(
  dir: string,
  split: string,
  images: number,
  mostScoreBytes?: number,
): PredictionsWriter {
  const found: Predictions = {
    format: 'relabel-predictions',
    version: 2,
    split,
    keys: [],
    labels: [],
    truth: [],
    answers: [],
    scores: null,
    target: null,
  }
  const scores = writeScores(scoresFile(dir, split), images, mostScoreBytes)
  return {
    add({ key, label, truth }, answer, logits) {
      found.keys.push(key)
      found.labels.push(label ?? -1)
      found.truth.push(truth === null ? null : [...truth])
      found.answers.push(answer)
      scores.add(logits)
    },
    finish(target) {
      const all = { ...found, scores: scores.finish(), target: target && [...target] }
      writeAtomicSync(predictionsFile(dir, split), JSON.stringify(all))
    },
    discard: () => scores.discard(),
  }
}

/** Splits with answers in a run's folder, sorted. */
export function predictedSplits(dir: string): string[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .flatMap(name => /^predictions-(.+)\.json$/.exec(name)?.[1] ?? [])
    .map(name => decodeURIComponent(name))
    .sort()
}

/** Reads a run's answers; fails with `not-found` if the run was not evaluated on the split. */
export function readPredictions(dir: string, run: string, split: string): Predictions {
  const file = predictionsFile(dir, split)
  if (!existsSync(file))
    return fail('not-found', `run ${run} has no answers for the split "${split}"; evaluate it first`, {
      run,
      split,
    })
  try {
    const limits = { what: 'a run’s predictions', maxBytes: mostBytes }
    const text = readText(requireOwnedFile(file, mostBytes), limits)
    const predictions = schema.parse(parseJson(text, file, { file }))
    const { keys, labels, truth, answers } = predictions
    if (new Set([keys.length, labels.length, truth.length, answers.length]).size > 1)
      throw new Error('its lists are of different lengths')
    return predictions
  } catch (error) {
    return fail('bad-data', `${file} cannot be read; evaluate run ${run} again (${messageOf(error)})`, {
      file,
    })
  }
}
