/** Styles of the lines of a chart: colours that colour-blind people can distinguish, combined with dashes. */

/** Okabe and Ito's palette without black and yellow, darkened or lightened to 3:1 on our light and dark grounds. */
const palettes = {
  light: ['#0062a3', '#b34700', '#00805c', '#a3457d', '#9a6700', '#3a7ca5', '#5b5b66'],
  dark: ['#56b4e9', '#f0924a', '#3ecf9f', '#e29bc6', '#e6c34a', '#8fb8ff', '#b9b9c4'],
} as const

/** Canvas dashes in pixels; the first is a solid line. */
const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 4, 2, 4]]

export type Ground = keyof typeof palettes

/** How one line is drawn. */
export interface LineStyle {
  colour: string
  dash: number[]
}

/**
 * Style of the line at `index` (0, 1, …). Neighbours differ in colour and in dash, and no pair comes twice among the
 * first 28 lines.
 */
export function lineStyle(index: number, ground: Ground): LineStyle {
  // Seven colours and four dashes have no common divisor, so their pairs only come back after 28 lines.
  const colours = palettes[ground]
  return {
    colour: colours[index % colours.length]!,
    dash: [...dashes[index % dashes.length]!],
  }
}
