/** The report: self-contained, text stays text, and it says what it was given. */
import { describe, expect, it } from 'vitest'
import { lineChart, ticks } from '../../../electron/demo/report/chart.ts'
import { escape, html } from '../../../electron/demo/report/html.ts'
import { reportPage } from '../../../electron/demo/report/page.ts'
import type { ReportData } from '../../../electron/demo/report/page.ts'
import { classColour, rgbHex } from '../../../core/labelmap/colour.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import { planRegions } from '../../../core/labelmap/regions/index.ts'
import { summary } from '../../../electron/demo/table.ts'

const hostile = '<script>alert("x")</script>'

const truth = {
  image: '1/000001.png',
  label: 1,
  largest: 0,
  objects: [
    { class: 0, box: [0, 0, 10, 10] as [number, number, number, number] },
    { class: 1, box: [20, 20, 40, 40] as [number, number, number, number] },
  ],
}
const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47])
const map: LabelMap = {
  shape: [1, 2, 2],
  ids: Uint16Array.from([0, 0, 0, 1]),
  logits: Float32Array.from([9, 9, 9, 9]),
}
const bare: LabelMap = { shape: [1, 1, 1], ids: Uint16Array.of(0), logits: Float32Array.of(0) }
const data: ReportData = {
  classes: [hostile, 'one & "two"'],
  scenes: { train: 40, val: 20, test: 40 },
  rows: summary([
    {
      name: 'onehot',
      seed: 0,
      seconds: 1,
      measures: { top1: 0.4, largest: 0.5, real: 0.7, mAP: 0.6, cropReal: 0.65, crops: 9 },
    },
    {
      name: `relabel ${hostile}`,
      seed: 0,
      seconds: 2,
      measures: { top1: 0.5, largest: 0.6, real: 0.8, mAP: 0.7, cropReal: 0.75, crops: 9 },
    },
  ]),
  parts: [
    { name: 'scenes', seconds: 2, reused: true },
    { name: 'annotator', seconds: 3, reused: false },
  ],
  annotator: { accuracy: [{ size: 24, accuracy: 0.97 }], losses: [1, 0.5] },
  quality: {
    statistics: { crops: 100, match: 0.04, centreMissing: 0.235, noOverlap: 0.071 },
    crops: 90,
    rows: [{ name: 'onehot', real: 0.8, mAP: 0.6 }],
  },
  real: [
    {
      name: 'onehot',
      colour: 0,
      points: [
        [1, 40],
        [2, 70],
      ],
    },
  ],
  loss: [],
  gallery: [
    { png, side: 64, truth, plan: planRegions(map, { classes: 2, fill: 0, given: 1, sure: null }) },
    { png, side: 64, truth, plan: planRegions(bare, { classes: 2, fill: 0, given: 1, sure: null }) },
  ],
  crops: [
    {
      png,
      side: 64,
      truth,
      crop: { top: 0, left: 0, height: 32, width: 30 },
      visible: [0],
      targets: [{ name: 'relabel', target: Float32Array.from([0.9, 0.1]) }],
    },
  ],
  made: hostile,
}
const page = reportPage(data)

describe('reportPage', () => {
  it('needs nothing from outside: no script, no link, no address', () => {
    expect(page).not.toMatch(/<script|<link|<iframe|@import|url\(|javascript:/i)
    expect(page.match(/https?:|\/\/[a-z]/gi)).toBeNull()
    const sources = [...page.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(match => match[1] ?? '')
    expect(sources.length).toBeGreaterThanOrEqual(4)
    for (const source of sources) expect(source).toMatch(/^data:image\/png;base64,[A-Za-z0-9+/=]+$/)
  })

  it('shows names as text, wherever they stand', () => {
    expect(page).toContain('relabel &lt;script&gt;')
    expect(page).toContain('one &amp; &quot;two&quot;')
    expect(page).not.toContain(hostile)
  })

  it('follows the reader’s light or dark preference', () => {
    expect(page).toContain('prefers-color-scheme: dark')
  })

  it('says the numbers it was given and marks the best', () => {
    expect(page).toMatch(/class="best">50\.0</)
    expect(page).not.toMatch(/class="best">40\.0</)
    expect(page).toMatch(/23\.5\s+%\s+miss\s+its\s+centre/)
    expect(page).toMatch(/97\.0\s+%\s+at\s+24\s+px/)
    expect(page).toMatch(/together<\/b><\/td>\s*<td>\s*<b>5\.0/)
  })

  it('draws the regions of a map in the colours of its classes, and says where the given label is not', () => {
    const colours = [...page.matchAll(/<path d="M[^"]+Z" stroke="(#[0-9a-f]{6})" stroke-width="[23]"/g)]
    expect(colours.map(match => match[1])).toEqual([0, 1].map(id => rgbHex(classColour(id))))
    expect(page).toContain('one &amp; &quot;two&quot; &gt;99 %')
    // The page's own rules for rect and circle beat attributes, not a style.
    for (const [shape] of page.matchAll(/<(?:rect[^>]*rx|circle[^>]*r="4\.5")[^>]*>/g))
      expect(shape).toMatch(/style="fill:#/)
    expect(page.match(/one &amp; &quot;two&quot;: not on this map/g)).toHaveLength(1)
    for (const id of [0, 1]) expect(page).toContain(`color:${rgbHex(classColour(id))}`)
  })

  it('is one well-formed tree', () => {
    const open: string[] = []
    const single = new Set(['meta', 'img', '!doctype'])
    for (const [, closing, tag, rest] of page.matchAll(/<(\/?)([a-z!0-9]+)((?:"[^"]*"|[^>"])*)>/gi)) {
      if (single.has((tag ?? '').toLowerCase()) || rest?.endsWith('/')) continue
      if (closing) expect(open.pop()).toBe(tag)
      else open.push(tag ?? '')
    }
    expect(open).toEqual([])
  })
})

describe('html', () => {
  it('escapes text and keeps markup', () => {
    expect(escape(`<&>"'`)).toBe('&lt;&amp;&gt;&quot;&#39;')
    expect(html`<p title="${'"'}">${'<'}${html`<b>${1}</b>`}${['&', html`<i></i>`]}</p>`.html).toBe(
      '<p title="&quot;">&lt;<b>1</b>&amp;<i></i></p>',
    )
  })
})

describe('lineChart', () => {
  it('puts the extremes on the frame and leaves out empty series', () => {
    const chart = lineChart(
      [
        {
          name: 'a',
          colour: 2,
          points: [
            [0, 0],
            [4, 100],
          ],
        },
        { name: 'b', colour: 3, points: [] },
      ],
      { title: 't', x: 'x', y: 'y' },
    ).html
    // y runs over −2…102 (2 % of margin) from 258 up to 16: 0 is at 258 − 242·2/104 = 253.3, 100 at 20.7.
    expect(chart).toContain('points="52.0,253.3 624.0,20.7"')
    expect(chart).not.toContain('class="c3"')
    expect(lineChart([], { title: 't', x: 'x', y: 'y' }).html).toBe('')
  })

  it('survives a single point', () => {
    const chart = lineChart([{ name: 'a', colour: 0, points: [[1, 5]] }], { title: 't', x: 'x', y: 'y' }).html
    expect(chart).not.toMatch(/NaN|Infinity/)
  })

  it('takes round ticks', () => {
    expect(ticks(0, 100)).toEqual([0, 20, 40, 60, 80, 100])
    expect(ticks(0.11, 0.29)).toEqual([0.15, 0.2, 0.25])
  })
})
