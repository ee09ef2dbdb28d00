/** The students by name: networks built in code, with new initial weights, in inference form. */
import { fail } from '../../base/error.ts'
import type { OnnxModel } from '../model.ts'
import { efficientnets } from './efficientnet.ts'
import { mobilenetV2 } from './mobilenet-v2.ts'
import { digitNets } from './plain.ts'
import { resnets } from './resnet.ts'
import { rexnet } from './rexnet.ts'
import type { Student } from './student.ts'
import type { StudentOptions } from './writer.ts'

export { buildPlain } from './plain.ts'

export { parameterCount, parameterNames } from './parameters.ts'
export type { StudentOptions } from './writer.ts'

const table = {
  ...resnets,
  mobilenet_v2: mobilenetV2,
  ...efficientnets,
  rexnet_1_0: rexnet,
  ...digitNets,
} satisfies Record<string, Student>

/** Name of an architecture. */
export type StudentName = keyof typeof table

/** The students by name. */
export const students: Readonly<Record<StudentName, Student>> = table

/** Every architecture that {@link buildStudent} knows. */
export const studentNames = Object.keys(students) as readonly StudentName[]

/** Whether an external string names an architecture. */
export function isStudentName(name: string): name is StudentName {
  return Object.hasOwn(students, name)
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
  return students[name].build(options)
}
