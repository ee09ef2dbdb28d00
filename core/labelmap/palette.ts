/** Colours and hatches for the classes of an image, distinguishable for colour-blind people. */
import type { Rgb } from './colour.ts'

export type { Rgb }

/** Lines over a colour, so that classes also differ without colour. */
export type Hatch = 'plain' | 'rising' | 'falling' | 'vertical' | 'horizontal' | 'dots' | 'crossed'

/** How a class is drawn. */
export interface Swatch {
  color: Rgb
  hatch: Hatch
}

/**
 * Okabe and Ito's colours for charts ("Color Universal Design", 2008), without black, the background of many
 * photographs.
 */
const colors: readonly Rgb[] = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [0, 114, 178],
  [213, 94, 0],
  [204, 121, 167],
]

const hatches: readonly Hatch[] = ['plain', 'rising', 'falling', 'vertical', 'horizontal', 'dots', 'crossed']

/** Number of different swatches. */
export const swatchCount = colors.length * hatches.length

/** The n-th swatch: first all colours plain, then all colours with each hatch; after 49 they repeat. */
export function swatch(n: number): Swatch {
  return {
    color: colors[n % colors.length]!,
    hatch: hatches[Math.floor(n / colors.length) % hatches.length]!,
  }
}

/**
 * Swatches for the classes of a picture, the most important class first: the first 49 differ from each other, the first
 * seven by colour alone. The same list gives the same swatches.
 */
export function assignSwatches(classes: readonly number[]): Map<number, Swatch> {
  const swatches = new Map<number, Swatch>()
  for (const id of classes) if (!swatches.has(id)) swatches.set(id, swatch(swatches.size))
  return swatches
}

/** Whether a hatch's line covers the pixel at column x, row y; `step` is the distance between lines in pixels. */
export function onHatch(hatch: Hatch, x: number, y: number, step = 8): boolean {
  const line = (at: number): boolean => ((at % step) + step) % step < step / 4
  switch (hatch) {
    case 'plain':
      return false
    case 'rising':
      return line(x + y)
    case 'falling':
      return line(x - y)
    case 'vertical':
      return line(x)
    case 'horizontal':
      return line(y)
    case 'dots':
      return line(x) && line(y)
    case 'crossed':
      return line(x) || line(y)
  }
}
