/**
 * The public API for scripts: everything here is documented, stable, and runs with `node script.ts` directly.
 *
 * ```ts
 * import { openLabelMaps, poolLabelMap } from 'relabel-studio/core/index.ts'
 *
 * const maps = await openLabelMaps('my-project/annotations/1')
 * const map = await maps.get('train/cat/0001.jpg')
 * const crop = { top: 0, left: 0, height: 200, width: 200 }
 * const { probabilities } = poolLabelMap(map, crop, { height: 375, width: 500 }, { classes: 1000 })
 * ```
 *
 * Everything that fails throws a {@link RelabelError} with a stable `code`.
 */

export { RelabelError } from './base/error.ts'
export type { ErrorCode } from './base/error.ts'

export type { LabelMap } from './labelmap/label-map.ts'
export { topK } from './labelmap/top-k.ts'
export { readTorchLabelMap } from './labelmap/torch/read-label-map.ts'
export { openLabelMaps } from './labelmap/files/index.ts'
export type { LabelMapReader } from './labelmap/files/index.ts'

export { roiAlign } from './pooling/roi-align.ts'
export type { RoiAlignOptions } from './pooling/roi-align.ts'
export { poolLabelMap } from './pooling/pool-label-map.ts'
export type { PoolLabelMapOptions } from './pooling/pool-label-map.ts'
export type { Crop, ImageSize } from './pooling/crop.ts'
export { cutmixBox, mixTargets } from './pooling/cutmix.ts'
export type { CutmixBox } from './pooling/cutmix.ts'

export type { OnnxModel } from './graph/model.ts'
export { readOnnx } from './graph/files/read.ts'
export { writeOnnx } from './graph/files/write.ts'
export { toAnnotator } from './graph/surgery/to-annotator.ts'
export type { SurgeryReport } from './graph/surgery/report.ts'
export { buildPlain, buildStudent, studentNames } from './graph/students/index.ts'
export { prepareForTraining } from './graph/students/fine-tune.ts'
export { decodeSafetensors, encodeSafetensors } from './graph/safetensors.ts'

export { openSession } from './engine/session.ts'
export { createTrainer } from './engine/trainer.ts'
export type {
  EngineOptions,
  FloatArray,
  OptimizerConfig,
  Session,
  StepResult,
  Trainer,
  TrainerConfig,
} from './engine/engine.ts'
