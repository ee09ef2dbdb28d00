/** Colour augmentation of one sample in place: jitter as torchvision does it, and AlexNet's lighting noise. */
import type { Random } from '../../base/random.ts'

/** Strengths; 0 turns a part off. */
export interface ColourOptions {
  brightness: number
  contrast: number
  saturation: number
  lighting: number
}

/** Whether there is anything to do. */
export function hasColour(options: ColourOptions): boolean {
  return options.brightness > 0 || options.contrast > 0 || options.saturation > 0 || options.lighting > 0
}

// Principal components of ImageNet's RGB values (Krizhevsky et al. 2012, in the widely used Torch form).
const eigenvalues = [0.2175, 0.0188, 0.0045] as const
const eigenvectors = [
  [-0.5675, 0.7192, 0.4009],
  [-0.5808, -0.0045, -0.814],
  [-0.5836, -0.6948, 0.4203],
] as const

const clamp = (value: number): number => (value < 0 ? 0 : value > 1 ? 1 : value)

/** Multiplies by `factor`; values stay in 0…1. */
export function brightness(data: Float32Array, at: number, plane: number, factor: number): void {
  const end = at + 3 * plane
  for (let i = at; i < end; i++) data[i] = clamp(data[i]! * factor)
}

const grey = (data: Float32Array, i: number, plane: number): number =>
  0.2989 * data[i]! + 0.587 * data[i + plane]! + 0.114 * data[i + 2 * plane]!

/** Blends with the mean grey of the image: factor 0 gives the grey, 1 the image. */
export function contrast(data: Float32Array, at: number, plane: number, factor: number): void {
  let mean = 0
  for (let i = at; i < at + plane; i++) mean += grey(data, i, plane)
  mean /= plane
  const end = at + 3 * plane
  for (let i = at; i < end; i++) data[i] = clamp(factor * data[i]! + (1 - factor) * mean)
}

/** Blends every pixel with its own grey. */
export function saturation(data: Float32Array, at: number, plane: number, factor: number): void {
  for (let i = at; i < at + plane; i++) {
    const own = (1 - factor) * grey(data, i, plane)
    data[i] = clamp(factor * data[i]! + own)
    data[i + plane] = clamp(factor * data[i + plane]! + own)
    data[i + 2 * plane] = clamp(factor * data[i + 2 * plane]! + own)
  }
}

/** Adds Σ α_j · eigenvalue_j · eigenvector_j to each channel; not clamped, as published. */
export function lighting(
  data: Float32Array,
  at: number,
  plane: number,
  alpha: readonly [number, number, number],
): void {
  for (let c = 0; c < 3; c++) {
    const row = eigenvectors[c]!
    let shift = 0
    for (let j = 0; j < 3; j++) shift += row[j]! * alpha[j]! * eigenvalues[j]!
    const start = at + c * plane
    for (let i = start; i < start + plane; i++) data[i] = data[i]! + shift
  }
}

const parts = [brightness, contrast, saturation] as const

/**
 * Draws and applies everything to planes [3, plane] at `data[at…]`, values 0…1: brightness, contrast and saturation in
 * random order with factors uniform in [1 − x, 1 + x], then lighting with α ~ N(0, `lighting`).
 */
export function colour(
  data: Float32Array,
  at: number,
  plane: number,
  options: ColourOptions,
  random: Random,
): void {
  const strengths = [options.brightness, options.contrast, options.saturation]
  if (strengths.some(strength => strength > 0)) {
    for (const part of random.shuffle([0, 1, 2])) {
      const strength = strengths[part]!
      if (strength > 0) parts[part]!(data, at, plane, random.uniform(1 - strength, 1 + strength))
    }
  }
  if (options.lighting > 0) {
    const sigma = options.lighting
    lighting(data, at, plane, [random.normal() * sigma, random.normal() * sigma, random.normal() * sigma])
  }
}
