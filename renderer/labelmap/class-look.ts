/** Names and colours of shown classes, as drawing needs them. */
import type { Rgb } from '../../core/labelmap/colour.ts'
import { useClasses } from '../stores/classes.ts'

export interface ClassLook {
  /** Changes whenever a name or a colour may have. */
  version(): unknown
  name(id: number): string
  short(id: number): string
  colour(id: number): Rgb
  /** `#rrggbb` */
  hex(id: number): string
}

const known = new Map<string, Rgb>()

/** The channels of `#rrggbb`. */
function rgbOfHex(hex: string): Rgb {
  let rgb = known.get(hex)
  if (!rgb) {
    const number = Number.parseInt(hex.slice(1), 16)
    rgb = [number >> 16, (number >> 8) & 255, number & 255]
    known.set(hex, rgb)
  }
  return rgb
}

export function useClassLook(): ClassLook {
  const classes = useClasses()
  return {
    version: () => classes.looks,
    name: classes.name,
    short: classes.short,
    colour: id => rgbOfHex(classes.colour(id)),
    hex: classes.colour,
  }
}
