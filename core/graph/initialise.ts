/** Initial values of a student's tensors, as PyTorch's own initialisers give them, from a seed and the tensor's name. */
import { random } from '../base/random.ts'
import { elements } from './tensor.ts'

/** A distribution of initial values. */
export type Init =
  | { kind: 'constant'; value: number }
  | { kind: 'normal'; deviation: number }
  | { kind: 'uniform'; bound: number }

/** The distribution of a weight, from its shape `[out, in/groups, …kernel]` and its number of groups. */
export type WeightInit = (shape: readonly number[], groups: number) => Init

export const zeros: Init = { kind: 'constant', value: 0 }
export const ones: Init = { kind: 'constant', value: 1 }

/** Input connections of one output: in/groups times the kernel's area. */
const fanIn = (shape: readonly number[]): number => elements(shape.slice(1))

/** Output connections as PyTorch counts them: out times the kernel's area, not divided by groups. */
export const fanOut = (shape: readonly number[]): number => shape[0]! * elements(shape.slice(2))

/** `kaiming_normal_(mode='fan_out', nonlinearity='relu')`: N(0, 2 / fan_out) (He et al. 2015, equation 14). */
export const kaimingNormal: WeightInit = shape => ({
  kind: 'normal',
  deviation: Math.sqrt(2 / fanOut(shape)),
})

/** PyTorch's default for convolutions and linear layers, `kaiming_uniform_(a=√5)`: U(±1/√fan_in). */
export const torchDefault: WeightInit = shape => ({ kind: 'uniform', bound: 1 / Math.sqrt(fanIn(shape)) })

/** A 32-bit number from a name (FNV-1a over its UTF-16 code units). */
function hash(name: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193)
  return h >>> 0
}

/**
 * The values of one tensor, row-major. Every name has its own stream of random numbers, so that a different number of
 * classes changes nothing but the head.
 */
export function initialValues(
  seed: number,
  name: string,
  shape: readonly number[],
  init: Init,
): Float32Array {
  const values = new Float32Array(elements(shape))
  if (init.kind === 'constant') return init.value === 0 ? values : values.fill(init.value)
  const source = random(seed, hash(name))
  if (init.kind === 'normal')
    for (let i = 0; i < values.length; i++) values[i] = init.deviation * source.normal()
  else for (let i = 0; i < values.length; i++) values[i] = source.uniform(-init.bound, init.bound)
  return values
}
