/** Brushing on a map of 15×15 cells and 1000 classes in the page: a part of `relabel bench studio`. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { random } from '../../../core/base/random.ts'
import { encodeJpeg } from '../../../core/image/encode.ts'
import { createLabelMapWriter } from '../../../core/labelmap/files/index.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import type { Manifest } from '../../../core/contract/manifest.ts'
import { addAnnotation, updateAnnotation } from '../../../core/project/annotations.ts'
import { useAnnotation } from '../../../core/project/browse/measures.ts'
import { addImages, addSplit } from '../../../core/project/images.ts'
import { createProject } from '../../../core/project/project.ts'

/** Of some times. */
export interface Spread {
  median: number
  p95: number
  max: number
}

/** Milliseconds per pointer event: for its handler, and until its frame is drawn. */
export interface BrushBench {
  events: number
  /** In the handler; limit: 16 at the 95th percentile. */
  event: Spread
  /** Until the frame that shows it has been drawn; includes the frame interval (16.7). */
  frame: Spread
}

const classes = Array.from({ length: 1000 }, (_, index) => ({ index, name: `class ${index}` }))
const shape: [number, number, number] = [5, 15, 15]
const side = 480

function makeMap(): LabelMap {
  const source = random(31)
  const [K, H, W] = shape
  const ids = new Uint16Array(K * H * W)
  const logits = new Float32Array(K * H * W)
  for (let cell = 0; cell < H * W; cell++)
    for (let k = 0; k < K; k++) {
      ids[k * H * W + cell] = (source.int(200) * K + k) % 1000
      logits[k * H * W + cell] = 12 - k - source.next()
    }
  return { shape, ids, logits }
}

const manifest = (): Manifest => ({
  format: 'relabel-label-maps',
  version: 1,
  logits: 'fp16',
  topK: shape[0],
  fill: 0,
  annotator: { file: 'bench.onnx', sha256: '0'.repeat(64), surgery: null },
  preprocessing: { resize: 'squash', height: side, width: side, mean: [0, 0, 0], std: [1, 1, 1] },
  classes,
  program: 'bench',
  created: new Date().toISOString(),
})

/** A project of one image with such a map. */
async function makeBrushProject(dir: string): Promise<void> {
  const images = join(dir, 'images')
  mkdirSync(images, { recursive: true })
  const source = random(37)
  const pixels = Uint8Array.from({ length: side * side * 3 }, () => source.int(256))
  writeFileSync(join(images, 'one.jpg'), await encodeJpeg(pixels, side, side))
  const project = createProject(join(dir, 'project'), { name: 'Brushing', classes })
  try {
    addSplit(project, 'train', images)
    addImages(project, 'train', [{ path: 'one.jpg', label: 0, width: side, height: side, problem: null }])
    const provenance = manifest()
    const annotation = addAnnotation(project, { config: { bench: true }, manifest: provenance })
    const writer = await createLabelMapWriter(annotation.dir, { manifest: provenance, logits: 'fp16' })
    await writer.append('train/one.jpg', makeMap())
    await writer.finish()
    updateAnnotation(project, annotation.id, { status: 'done' })
    await useAnnotation(project, annotation.id)
  } finally {
    project.close()
  }
}

/** Opens it in the studio at `url` and brushes back and forth; returns a reason if that is not possible. */
export async function benchBrush(context: BrowserContext, url: string): Promise<BrushBench | string> {
  const dir = mkdtempSync(join(tmpdir(), 'relabel-brush-'))
  try {
    await makeBrushProject(dir)
    const page = await context.newPage()
    await page.goto(`${url}/?bench`)
    await page.evaluate(`fetch('/api/call/project.open', {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ dir: ${JSON.stringify(join(dir, 'project'))} }),
    }).then(async answer => { if (!answer.ok) throw new Error(await answer.text()) })`)
    await page.locator('[data-test=project-name]', { hasText: 'Brushing' }).waitFor()
    await page.evaluate(`location.hash = '/annotate/1'`)
    await page.locator('[data-test=annotate][data-image="1"]').waitFor()
    const figures = await brush(page)
    await page.evaluate(`fetch('/api/call/project.close', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })`)
    await page.close()
    return figures ?? 'skipped: the annotate screen does not record times'
  } finally {
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function brush(page: Page): Promise<BrushBench | null> {
  const box = await page.locator('[data-test=stage]').boundingBox()
  if (!box) return null
  await page.keyboard.press('b')
  await page.keyboard.press('s')
  await page.keyboard.press('l')
  await page.locator('[data-test=class-search]').fill('class 7')
  await page.keyboard.press('Enter')
  // A larger brush changes more cells per event.
  for (let i = 0; i < 2; i++) await page.keyboard.press(']')
  const reach = (Math.min(box.width, box.height) - 60) / 2
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  for (let stroke = 0; stroke < 8; stroke++) {
    const height = y + reach * (stroke / 4 - 0.95)
    await page.mouse.move(x - reach, height)
    await page.mouse.down()
    await page.mouse.move(x + reach, height + reach * 0.2, { steps: 40 })
    await page.mouse.up()
  }
  await page.waitForTimeout(500)
  const times = await page.evaluate<{ event: number[]; frame: number[] } | null>(
    'window.__annotateTimings ?? null',
  )
  if (!times || times.event.length === 0) return null
  return { events: times.event.length, event: spread(times.event), frame: spread(times.frame) }
}

/** Median, 95th percentile and largest of some times. */
export function spread(times: readonly number[]): Spread {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return { median: at(0.5), p95: at(0.95), max: at(1) }
}
