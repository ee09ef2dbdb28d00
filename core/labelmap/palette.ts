/** Hatches over the classes' colours, so that classes whose colours look alike differ without colour as well. */
import type { Rgb } from './colour.ts'

/** Lines over a colour, so that classes also differ without colour. */
export type Hatch = 'plain' | 'rising' | 'falling' | 'vertical' | 'horizontal' | 'dots' | 'crossed'

/** How a class is drawn. */
export interface Swatch {
  color: Rgb
  hatch: Hatch
}

export const hatches: readonly Hatch[] = [
  'plain',
  'rising',
  'falling',
  'vertical',
  'horizontal',
  'dots',
  'crossed',
]

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
