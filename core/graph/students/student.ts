/** What a student is: one object a name. */
import type { OnnxModel } from '../model.ts'
import type { StudentOptions } from './writer.ts'

/** One architecture. */
export interface Student {
  /** Where it comes from, in a few words, as the command line shows it. */
  text: string
  /** Weights and biases, without running statistics, at the number of classes that publications count them at. */
  published: { classes: number; parameters: number }
  /** A fresh one in inference form; see `buildStudent`. */
  build(options: StudentOptions): OnnxModel
}
