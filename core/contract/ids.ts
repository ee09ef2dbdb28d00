/** Ids of the objects in a project: a letter for the kind, and a number that is never reused. */
import { z } from 'zod'

/** `a1`, `a2`, … */
export const annotationId = z.string().regex(/^a\d{1,15}$/)
/** `r1`, `r2`, … */
export const runId = z.string().regex(/^r\d{1,15}$/)

export const annotationIdOf = (number: number | bigint): string => `a${number}`
export const runIdOf = (number: number | bigint): string => `r${number}`

/** The number in an annotation's id; −1, which no object has, for any other text. */
export const annotationNumber = (id: string): number => numberIn(id, annotationId)
/** The number in a run's id; −1, which no object has, for any other text. */
export const runNumber = (id: string): number => numberIn(id, runId)

const numberIn = (id: string, schema: z.ZodString): number =>
  schema.safeParse(id).success ? Number(id.slice(1)) : -1
