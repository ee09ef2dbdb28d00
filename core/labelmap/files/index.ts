/** Label maps on disk: writer, reader, check and repair (docs/label-map-format.md). */
export { openLabelMaps } from './reader.ts'
export type { LabelMapReader } from './reader.ts'
export { createLabelMapWriter } from './writer.ts'
export type { LabelMapWriter } from './writer.ts'
export { verifyLabelMaps } from './verify.ts'
export type { VerifyReport } from './verify.ts'
export { repairLabelMaps } from './repair.ts'
