/** The Regions view as inline SVG, and the classes beside it: lines and names, without tint, so that it prints well. */
import { classColour, rgbHex } from '../../../core/labelmap/colour.ts'
import { chipText, placeChips, type Chip, type RegionPlan } from '../../../core/labelmap/regions/index.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'

/** Side of the picture in CSS pixels, in which lines and names are measured. */
const side = 200
/** About the width of a letter of the names, 12 px and semibold. */
const letter = 7

/** A class's colour in the whole page. */
export const hexOf = (id: number): string => rgbHex(classColour(id))

/** A class's name with its colour beside it. */
export const classMark = (id: number, name: string): Html =>
  html`<b class="class"><i style="background:${hexOf(id)}"></i>${name}</b>`

/** A share as a whole percentage that never claims to be none or all. */
function wholePercent(share: number): string {
  if (share < 0.01) return '<1 %'
  return share > 0.99 ? '>99 %' : `${Math.round(100 * share)} %`
}

/** Outlines and names over a square picture; the given label last, with a white core in its line. */
export function regionsSvg(plan: RegionPlan, name: (id: number) => string): Html {
  const chips = placeChips(plan, {
    width: side,
    height: side,
    textWidth: text => letter * text.length,
    name,
    percent: wholePercent,
    nowhere: label => `${label}: not on this map`,
  })
  const last = plan.regions.filter(one => one.role === 'given')
  const lines = [...plan.regions.filter(one => one.role !== 'given'), ...last].map(region => {
    const d = region.paths.map(path => pathText(path, side / plan.width, side / plan.height)).join('')
    const isGiven = region.role === 'given'
    const width = isGiven ? 3 : 2
    const dash = region.dashed ? { html: ' stroke-dasharray="9 5.4"' } : ''
    return html`<path d="${d}" stroke="#000" stroke-opacity="0.59" stroke-width="${width + 2}" />
      <path d="${d}" stroke="${hexOf(region.id)}" stroke-width="${width}" ${dash} />
      ${isGiven ? html`<path d="${d}" stroke="#fff" stroke-width="1" />` : ''}`
  })
  return html`<svg class="regions" viewBox="0 0 ${side} ${side}" aria-hidden="true">
    ${lines}${chips.map(chip => chipSvg(chip, plan))}
  </svg>`
}

function pathText(path: Float32Array, across: number, down: number): string {
  const points: string[] = []
  for (let i = 0; i < path.length; i += 2)
    points.push(`${(path[i]! * across).toFixed(1)} ${(path[i + 1]! * down).toFixed(1)}`)
  return `M${points.join('L')}Z`
}

/** Its shapes are coloured by style, which the page's rules for other shapes cannot overrule as they do attributes. */
function chipSvg({ region, text, x, y, width, height, filled, leader }: Chip, plan: RegionPlan): Html {
  const colour = region < 0 ? null : hexOf(plan.regions[region]!.id)
  const middle = y + height / 2
  const start = region < 0 ? 8 : filled ? chipText.filled : chipText.dotted
  return html`${leader ? html`<path d="M${leader[0]} ${leader[1]}L${leader[2]} ${leader[3]}" stroke="#fff" stroke-width="1.5" />` : ''}
    <rect
      x="${x.toFixed(1)}"
      y="${y.toFixed(1)}"
      width="${width}"
      height="${height}"
      rx="5"
      style="fill:${filled && colour ? colour : '#14161a'};stroke:${region < 0 ? '#fff' : '#000'}"
    />
    ${colour && !filled ? html`<circle cx="${(x + 11.5).toFixed(1)}" cy="${middle.toFixed(1)}" r="4.5" style="fill:${colour}" />` : ''}
    <text
      x="${(x + start).toFixed(1)}"
      y="${(middle + 0.5).toFixed(1)}"
      class="${filled ? 'on-colour' : 'on-dark'}"
      dominant-baseline="middle"
    >
      ${text}
    </text>`
}

/** The drawn classes with percent and cells, and how many more lead cells. */
export function regionList(plan: RegionPlan, name: (id: number) => string): Html {
  const drawn = [...new Set(plan.regions.map(({ id }) => id))]
  const rows = drawn.map(id => {
    const own = plan.regions.filter(one => one.id === id)
    const cells = own.reduce((sum, one) => sum + one.cells.length, 0)
    return html`<li>
      ${classMark(id, name(id))} ${wholePercent(own[0]!.mean)}, ${cells} ${cells === 1 ? 'cell' : 'cells'}
    </li>`
  })
  const missing =
    plan.givenNowhere && plan.given !== null
      ? html`<li>${classMark(plan.given, name(plan.given))} not on this map</li>`
      : ''
  const more =
    plan.others > 0
      ? html`<li>${plan.others} more ${plan.others === 1 ? 'class leads' : 'classes lead'} cells</li>`
      : ''
  return html`<ul class="drawn">
    ${rows}${missing}${more}
  </ul>`
}
