/** The classes of the open project: the list, changes to it, and where each class occurs. */
import { z } from 'zod'
import { colourText, classKey, className, projectClass, shortName } from '../class-entry.ts'
import { call } from './call.ts'
import { nothing } from './common.ts'

const number = z.int().min(0).max(999_999)

/** What a person says of a class; a field that is left out stays as it is, null takes a setting back. */
const fields = {
  name: className.optional(),
  short: shortName.nullable().optional(),
  colour: colourText.nullable().optional(),
  key: classKey.nullable().optional(),
}

/** One step of changing the classes. */
export const classStep = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('set'), class: number, ...fields }),
  z.strictObject({
    kind: z.literal('add'),
    name: className,
    wnid: z
      .string()
      .regex(/^n\d{8}$/, 'is not a WordNet id: it is n and eight digits')
      .optional(),
    short: fields.short,
    colour: fields.colour,
    key: fields.key,
  }),
  /** Makes one class of several: each keeps its number, and stands for `into` from now on. */
  z.strictObject({ kind: z.literal('merge'), classes: z.array(number).min(1).max(100_000), into: number }),
  /** Takes merging back, for these classes. */
  z.strictObject({ kind: z.literal('separate'), classes: z.array(number).min(1).max(100_000) }),
  /** Puts classes before another one in the order of display; null: at the end. */
  z.strictObject({
    kind: z.literal('move'),
    classes: z.array(number).min(1).max(100_000),
    before: number.nullable(),
  }),
  /** Orders all classes. */
  z.strictObject({ kind: z.literal('arrange'), by: z.enum(['number', 'name']) }),
])
export type ClassStep = z.infer<typeof classStep>

/** What is stored of a class; as in the log. */
export const classPatch = z.object({
  class: number,
  name: z.string().min(1).max(10_000).optional(),
  also: z.array(z.string().max(10_000)).max(1000).optional(),
  wnid: z.string().max(100).nullable().optional(),
  short: z.string().max(1000).nullable().optional(),
  colour: colourText.nullable().optional(),
  key: classKey.nullable().optional(),
  /** Orders the classes; null: its number. */
  place: z.number().nullable().optional(),
  /** Merged into this class, which may be merged itself; null: not merged. */
  merged: number.nullable().optional(),
})
export type ClassPatch = z.infer<typeof classPatch>

/** How often a class occurs. */
export const classCounts = z.object({
  /** Images with it as their given label, by class. */
  given: z.array(z.number()),
  /** Images where it leads, by class. */
  leads: z.array(z.number()),
  /** Corrected images with it as their given label, by class. */
  corrected: z.array(z.number()),
})
export type ClassCounts = z.infer<typeof classCounts>

export const classCalls = {
  /** All classes, in the order of their numbers. */
  'project.classes': call(nothing, z.array(projectClass)),
  /**
   * Saves a step. Fails with `usage` and the reason where it would make the classes ambiguous, `not-found`, or
   * `conflict` if `version` is given and the classes changed since. `back` takes the step back with
   * `classes.restore`; null: it cannot be taken back (a class is never removed).
   */
  'classes.change': call(
    z.object({ step: classStep, version: z.int().min(0).optional() }),
    z.object({
      version: z.int(),
      /** The new class of `add`. */
      added: z.number().nullable(),
      changed: z.number(),
      back: z.array(classPatch).nullable(),
    }),
  ),
  /** Puts fields of classes back; fails with `conflict` unless the classes are at `version`. `back` does it again. */
  'classes.restore': call(
    z.object({ patches: z.array(classPatch).max(100_000), version: z.int().min(0) }),
    z.object({ version: z.int(), back: z.array(classPatch) }),
  ),
  /** What merging would change: images whose given label, truth or leading class is one of these. */
  'classes.affected': call(
    z.object({ classes: z.array(number).min(1).max(100_000) }),
    z.object({ given: z.number(), leads: z.number(), corrected: z.number() }),
  ),
  'classes.counts': call(nothing, classCounts),
}
