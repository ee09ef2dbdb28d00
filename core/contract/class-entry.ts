/** Entries of class lists: an annotator's or a manifest's, and the project's with what a person said of each. */
import { z } from 'zod'
import { classKeyPattern } from './class-key.ts'

export const classEntry = z.object({
  /** Consecutive, from 0. */
  index: z.int().min(0),
  name: z.string(),
  /** WordNet id. */
  wnid: z.string().exactOptional(),
})
export type ClassEntry = z.infer<typeof classEntry>

/** A class as a project and its snapshots know it. A number is never given to another class, and no class is removed. */
export const knownClass = classEntry.extend({
  /** Names that it had before, oldest first: annotators and models may still use them. */
  also: z.array(z.string()).exactOptional(),
  /** It was merged into this class, which is not merged itself. */
  into: z.int().min(0).exactOptional(),
})
export type KnownClass = z.infer<typeof knownClass>

/** `#rrggbb`. */
export const colourText = z.string().regex(/^#[0-9a-f]{6}$/, 'is not a colour: write it as #rrggbb')
/** A combination of keys that chooses a class, as `J`, `Alt+J` or `F4`. */
export const classKey = z.string().max(30).regex(classKeyPattern, 'is not a key: write J, Alt+J or F4')
export const className = z.string().trim().min(1).max(1000)
export const shortName = z.string().trim().min(1).max(100)

/** A class of the project as it is displayed. */
export const projectClass = knownClass.extend({
  /** Its own short name, else its first synonym, told apart from others. */
  short: z.string(),
  /** Whether a person gave the short name. */
  ownShort: z.boolean(),
  /** Null: the colour of its number. */
  colour: colourText.nullable(),
  key: classKey.nullable(),
  /** Its place in the order of display, from 0; the list itself is in the order of the numbers. */
  order: z.int().min(0),
})
export type ProjectClass = z.infer<typeof projectClass>
