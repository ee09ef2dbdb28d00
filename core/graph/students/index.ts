/** The students by name: networks built by code, freshly initialised, in inference form. */
import { fail } from '../../base/error.ts'
import type { OnnxModel } from '../model.ts'
import { efficientnet } from './efficientnet.ts'
import { mobilenetV2 } from './mobilenet-v2.ts'
import { buildPlain } from './plain.ts'
import { cifarResnet, resnet } from './resnet.ts'
import { rexnet } from './rexnet.ts'
import type { StudentOptions } from './writer.ts'

export { buildPlain } from './plain.ts'

export { parameterCount, parameterNames } from './parameters.ts'
export type { StudentOptions } from './writer.ts'

const builders = {
  resnet18: o => resnet('resnet18', o),
  resnet34: o => resnet('resnet34', o),
  resnet50: o => resnet('resnet50', o),
  resnet101: o => resnet('resnet101', o),
  cifar_resnet8: o => cifarResnet(8, o),
  cifar_resnet14: o => cifarResnet(14, o),
  cifar_resnet20: o => cifarResnet(20, o),
  mobilenet_v2: mobilenetV2,
  efficientnet_b0: o => efficientnet('efficientnet_b0', o),
  efficientnet_b1: o => efficientnet('efficientnet_b1', o),
  efficientnet_b2: o => efficientnet('efficientnet_b2', o),
  efficientnet_b3: o => efficientnet('efficientnet_b3', o),
  rexnet_1_0: rexnet,
  digits_student: o =>
    buildPlain({ ...o, name: 'digits_student', channels: [16, 32, 64, 64], strides: [2, 2, 2, 1] }),
  digits_annotator: o =>
    buildPlain({ ...o, name: 'digits_annotator', channels: [16, 32, 64, 64, 96], strides: [2, 2, 2, 1, 1] }),
} satisfies Record<string, (options: StudentOptions) => OnnxModel>

/** Name of an architecture. */
export type StudentName = keyof typeof builders

/** Every architecture that {@link buildStudent} knows. */
export const studentNames = Object.keys(builders) as readonly StudentName[]

/** Whether a word from outside names an architecture. */
export function isStudentName(name: string): name is StudentName {
  return Object.hasOwn(builders, name)
}

/**
 * A fresh student: input `images` [batch, C, height, width], output `logits` [batch, classes], opset 17, parameters named
 * as in torchvision's `state_dict` (rexnet: timm's). The same seed gives the same weights, and a tensor's weights depend
 * on nothing but seed, name and shape. Stochastic depth is left out. Throws `usage` on an unknown name or impossible
 * numbers.
 */
export function buildStudent(name: StudentName, options: StudentOptions): OnnxModel {
  if (!isStudentName(name))
    fail('usage', `there is no student "${String(name)}"; the students are ${studentNames.join(', ')}`)
  return builders[name](options)
}
