/** A run's answers for every image of a split, stored in the run's folder so that runs can be compared. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { fail, messageOf } from '../../../core/base/error.ts'
import { writeAtomicSync } from '../../../core/base/files/atomic.ts'
import { requireOwnedFile } from '../../../core/base/files/owned.ts'
import { readText } from '../../../core/base/files/read.ts'
import { parseJson } from '../../../core/base/json.ts'

const schema = z.object({
  format: z.literal('relabel-predictions'),
  version: z.literal(1),
  split: z.string(),
  /** Equally long lists, in the order of the images. */
  keys: z.array(z.string()),
  /** Given label; −1: none. */
  labels: z.array(z.number()),
  /** All valid classes; null where only the label is known. */
  truth: z.array(z.array(z.number()).nullable()),
  /** The class of the highest logit. */
  answers: z.array(z.number()),
})

/** Enough for several million images. */
const mostBytes = 400_000_000

/** Answers on a split. */
export type Predictions = z.infer<typeof schema>

/** The file of a run's answers. */
const predictionsFile = (dir: string, split: string): string =>
  join(dir, `predictions-${encodeURIComponent(split)}.json`)

/** Writes them atomically. */
export function writePredictions(dir: string, predictions: Predictions): void {
  writeAtomicSync(predictionsFile(dir, predictions.split), JSON.stringify(predictions))
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
