/** Colours to choose for a class: far from each other, readable on photographs, in both themes alike. */
import { rgbHex, rgbOf } from '../../../core/labelmap/colour.ts'

const hues = [25, 60, 95, 140, 185, 225, 265, 305, 345]
const chroma = 0.17

/** `#rrggbb`: nine hues in two lightnesses of OKLCH. */
export const palette: readonly string[] = [0.66, 0.82].flatMap(lightness =>
  hues.map(hue => {
    const angle = (hue * Math.PI) / 180
    return rgbHex(rgbOf([lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)]))
  }),
)
