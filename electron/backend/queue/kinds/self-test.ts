/** The job `self-test`: every part of the machine tried, with a tiny training step. */
import type { Kind } from '../kind.ts'

export const selfTest: Kind<'self-test'> = {
  resumable: false,
  run: ({ child }) => child('self-test', { train: true }),
}
