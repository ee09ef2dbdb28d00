/** Given labels and truth: what persons corrected, for one image or for many, with undo. */
import { z } from 'zod'
import { selection } from './browse.ts'
import { call } from './call.ts'
import { classIndex, imageId, moment } from './common.ts'
import { editId } from './corrections.ts'

/** `label`: the given label, which trains; `truth`: all classes in an image, which only measures. */
export const labelField = z.enum(['label', 'truth'])
export type LabelField = z.infer<typeof labelField>

const author = z.string().max(200)
/** A class, or null for none; of a truth the list of classes, or null where only the label is known. */
const fieldValue = z.union([classIndex, z.array(classIndex).max(10_000), z.null()])

const fieldHistory = z.object({
  now: fieldValue,
  /** What the image came with. */
  original: fieldValue,
  /** Oldest first: what changed the value, and what was undone and can be redone. */
  edits: z.array(
    z.object({
      change: editId,
      before: fieldValue,
      after: fieldValue,
      author,
      time: moment,
      undone: z.boolean(),
    }),
  ),
})
export type FieldHistory = z.infer<typeof fieldHistory>

export const labelHistory = z.object({ label: fieldHistory, truth: fieldHistory })
export type LabelHistory = z.infer<typeof labelHistory>

const changed = z.object({
  /** The change that was made, undone or made again. */
  change: editId,
  /** Images whose value is another one now. */
  changed: z.number(),
  /** Images of the change that an undo or redo left as they are, because they were changed since. */
  left: z.number(),
  /** Counts the steps of the field. */
  version: z.number(),
})
export type LabelsChanged = z.infer<typeof changed>

const reversal = z.object({
  id: editId,
  field: labelField,
  author,
  /** A whole change, or the next edit of an image. */
  of: z.union([z.strictObject({ change: editId }), z.strictObject({ image: imageId })]),
})

export const labelCalls = {
  /** Fails with `not-found`. */
  'labels.get': call(z.object({ image: imageId }), labelHistory),
  /** Sets the given label of all selected images; `id` is made by the caller, and saving it twice saves once. */
  'labels.set': call(z.object({ id: editId, author, selection, to: classIndex.nullable() }), changed),
  /** Sets the truth of all selected images; null: only their label is known. */
  'labels.setTruth': call(
    z.object({ id: editId, author, selection, to: z.array(classIndex).max(10_000).nullable() }),
    changed,
  ),
  /** Fails with `not-found` where there is nothing to undo. */
  'labels.undo': call(reversal, changed),
  'labels.redo': call(reversal, changed),
}
