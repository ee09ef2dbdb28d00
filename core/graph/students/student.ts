/** The definition of a student: one object per name. */
import type { OnnxModel } from '../model.ts'
import type { StudentOptions } from './writer.ts'

/** One architecture. */
export interface Student {
  /** Its source, as the command line shows it. */
  text: string
  /** Weights and biases, without running statistics, at the number of classes that publications count them at. */
  published: { classes: number; parameters: number }
  /** A fresh one in inference form; see `buildStudent`. */
  build(options: StudentOptions): OnnxModel
}
