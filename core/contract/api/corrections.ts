/** Corrections of an image's label map: a layer over the machine's map, made of reversible edits. */
import { z } from 'zod'
import { annotationId } from '../ids.ts'
import { call } from './call.ts'
import { imageId, moment } from './common.ts'

/** Identity of an edit, made by whoever makes it, so that saving twice is saving once. */
export const editId = z.string().regex(/^[\w-]{8,64}$/)

/** What the layer says of one class in one cell: its logit, or null where the class is removed; and by which edit. */
export const layerEntry = z.object({ logit: z.number().min(-65504).max(65504).nullable(), edit: editId })
export type LayerEntry = z.infer<typeof layerEntry>

/** One entry of the layer before and after an edit; null: the layer says nothing, the machine's value stands. */
export const change = z.object({
  /** y · W + x. */
  cell: z
    .int()
    .min(0)
    .max(1 << 24),
  /** In the annotator's classes. */
  class: z
    .int()
    .min(0)
    .max(1 << 24),
  before: layerEntry.nullable(),
  after: layerEntry.nullable(),
})
export type Change = z.infer<typeof change>

const tools = ['brush', 'rectangle', 'region', 'image', 'revert'] as const
const operations = ['raise', 'lower', 'set', 'remove', 'swap', 'revert'] as const

/** What was done; for people and for provenance. `changes` alone decide the effect. */
export const operation = z.object({
  kind: z.enum(operations),
  /** Annotator class; null with `revert`. */
  class: z.number().nullable(),
  /** `swap`: the class that takes its place. */
  to: z.number().nullable(),
  /** `raise` and `lower`: logits; `set`: the logit. */
  amount: z.number().nullable(),
  /** `revert`: what is taken back, a cell, an edit, or all. */
  what: z.enum(['cell', 'edit', 'all']).nullable(),
})
export type Operation = z.infer<typeof operation>

export const edit = z.object({
  id: editId,
  author: z.string().max(200),
  created: moment,
  tool: z.enum(tools),
  operation,
  changes: z.array(change).min(1).max(2_000_000),
})
export type Edit = z.infer<typeof edit>

/** An edit in an image's history. */
export const historyEdit = edit.extend({ undone: z.boolean() })
export type HistoryEdit = z.infer<typeof historyEdit>

/** Everything about an image's corrections. */
export const correctionState = z.object({
  /** Counts saved steps (edits, undos, redos); a step must name the version it was made on. */
  version: z.number(),
  layer: z.array(z.object({ cell: z.number(), class: z.number(), entry: layerEntry })),
  /** Oldest first: edits in force, then undone ones that can be redone. */
  history: z.array(historyEdit),
})
export type CorrectionState = z.infer<typeof correctionState>

const step = { image: imageId, annotation: annotationId, version: z.int().min(0) }
const saved = z.object({ version: z.number() })

export const correctionCalls = {
  'corrections.get': call(z.object({ image: imageId, annotation: annotationId }), correctionState),
  /**
   * Saves an edit: durable when it answers. An edit that is saved already (same id) answers with the version it got.
   * Code `conflict` where `version` is not the current one or a `before` does not hold.
   */
  'corrections.apply': call(z.object({ ...step, edit }), saved),
  /** Takes the newest edit in force back; `edit` must be it. */
  'corrections.undo': call(z.object({ ...step, edit: editId }), saved),
  /** Puts the oldest undone edit in force again. */
  'corrections.redo': call(z.object({ ...step, edit: editId }), saved),
}
