/** A class's colour for good, from its number alone, and how far apart two colours look (Ottosson's OKLab, 2020). */

/** 0…255 each. */
export type Rgb = readonly [red: number, green: number, blue: number]

/** Lightness 0…1; green to red and blue to yellow, about −0.4…0.4. */
export type Oklab = readonly [L: number, a: number, b: number]

/** Colours closer than this, as OKLab distance, are told apart by their lines as well. */
export const alikeBelow = 0.12

const goldenAngle = 137.50776405
const chroma = 0.17

/**
 * The colour of a class as it would be if sRGB held it: the hue turns by the golden angle with each class, and the
 * lightness alternates, so that neighbouring ids, where the classes that are easily confused stand, are at least 0.26
 * apart.
 */
export function classOklab(id: number): Oklab {
  const hue = (((id * goldenAngle) % 360) * Math.PI) / 180
  return [id % 2 === 0 ? 0.66 : 0.8, chroma * Math.cos(hue), chroma * Math.sin(hue)]
}

/** Linear sRGB, each about 0…1; beyond that where the display cannot show the colour. */
function linearOf([L, a, b]: Oklab): [number, number, number] {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]
}

const encoded = (v: number): number => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055)
const decoded = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)

/** In sixtieths, so that equal input gives equal bytes in every implementation of the rule. */
const reductions = 59

/** The nearest colour of the same hue and lightness that sRGB holds. */
export function rgbOf([L, a, b]: Oklab): Rgb {
  let linear: [number, number, number] = [L, L, L]
  for (let step = 0; step <= reductions; step++) {
    const share = 1 - step / reductions
    linear = linearOf([L, a * share, b * share])
    if (Math.min(...linear) > -1e-3 && Math.max(...linear) < 1.001) break
  }
  const [red, green, blue] = linear.map(v => Math.round(255 * encoded(Math.min(1, Math.max(0, v)))))
  return [red!, green!, blue!]
}

/** The place of a displayed colour in OKLab. */
export function oklabOf(rgb: Rgb): Oklab {
  const [r, g, b] = rgb.map(v => decoded(v / 255)) as [number, number, number]
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

/** Distance in OKLab: about 0.02 is just visible, black to white is 1. */
export function oklabDistance(one: Oklab, other: Oklab): number {
  return Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2])
}

/** How far apart two displayed colours look; see {@link oklabDistance}. */
export function colourDistance(one: Rgb, other: Rgb): number {
  return oklabDistance(oklabOf(one), oklabOf(other))
}

const known = new Map<number, Rgb>()

/** The colour of a class that nobody has given another one; the same wherever the class is shown. */
export function classColour(id: number): Rgb {
  let colour = known.get(id)
  if (colour === undefined) {
    colour = rgbOf(classOklab(id))
    known.set(id, colour)
  }
  return colour
}

/** `#rrggbb`. */
export function rgbHex(rgb: Rgb): string {
  return `#${rgb.map(v => v.toString(16).padStart(2, '0')).join('')}`
}
