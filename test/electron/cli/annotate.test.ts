/** `relabel new … annotate … target … maps` through the real command line, on a tiny model. */
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLabelMaps } from '../../../core/labelmap/files/index.ts'
import { runCli, runJson, writeImages, writeTiny } from '../cli-run.ts'

let dir: string
const at = (...names: string[]): string => join(dir, ...names)
const classes = ['cat', 'dog', 'owl']
let model: string
/** For tiny images and the tiny model. */
const small = ['--size', '48', '--mean', '.5,.5,.5', '--std', '.5,.5,.5', '--top-k', '2', '--batch', '4']

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-annotate-'))
  await writeImages(at('images'), classes, 10)
  // Bad ones between the good ones: found when they are imported, and only when they are decoded.
  writeFileSync(at('images/cat/005x.png'), '')
  const whole = await sharp({ create: { width: 90, height: 90, channels: 3, background: 'teal' } })
    .png()
    .toBuffer()
  writeFileSync(at('images/dog/003x.png'), whole.subarray(0, Math.floor(whole.length * 0.7)))
  model = await writeTiny(at('tiny.onnx'))
  expect((await runCli('new', at('base'), '--images', at('images'))).status).toBe(0)
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function project(name: string): string {
  cpSync(at('base'), at(name), { recursive: true })
  return at(name)
}

interface Annotated {
  annotation: string
  dir: string
  images: number
  annotated: number
  before: number
  records: number
  skipped: { key: string; reason: string }[]
  busy: number
  bytesAMap: number
}

describe('relabel annotate', () => {
  it('writes a map for every good image and names the bad ones', async () => {
    const dirOf = project('good')
    const { status, json } = await runJson('annotate', dirOf, '--model', model, ...small)
    expect(status).toBe(0)
    const result: Annotated = json
    expect(result).toMatchObject({ annotation: 'a1', images: 31, annotated: 30, before: 0, records: 30 })
    expect(result.skipped).toEqual([
      { key: 'train/dog/003x.png', reason: expect.stringMatching(/truncated/) as string },
    ])
    expect(result.busy).toBeGreaterThan(0)
    expect(result.busy).toBeLessThanOrEqual(1)

    const maps = await openLabelMaps(result.dir)
    expect(maps.count).toBe(30)
    expect(maps.keys()).toEqual([...maps.keys()].sort())
    expect((await maps.get('train/cat/000.jpg')).shape).toEqual([2, 6, 6])
    expect(maps.info('train/cat/000.jpg').imageHash).toMatch(/^[0-9a-f]{64}$/)
    expect(maps.manifest).toMatchObject({
      topK: 2,
      annotator: { file: 'tiny.onnx', surgery: { head: 'GlobalAveragePool → Flatten → Gemm' } },
      preprocessing: { resize: 'squash', height: 48, width: 48, mean: [0.5, 0.5, 0.5] },
    })
    await maps.close()

    const again: Annotated = (await runJson('annotate', dirOf, '--model', model, ...small)).json
    expect(again).toMatchObject({ annotation: 'a1', annotated: 0, before: 31, records: 30 })
    const other: Annotated = (await runJson('annotate', dirOf, '--model', model, ...small, '--again')).json
    expect(other).toMatchObject({ annotation: 'a2', annotated: 30 })

    const verify = await runCli('maps', 'verify', dirOf)
    expect(verify.status).toBe(0)
    expect(verify.stdout).toMatch(/a1: 30 records, no damage\na2: 30 records, no damage/)
    const stat = await runJson('maps', 'stat', dirOf, '--annotation', 'a2')
    expect(stat.json).toMatchObject({
      annotations: [{ annotation: 'a2', count: 30, skipped: 1, shapes: { '2×6×6': 30 } }],
    })
  })

  it('keeps the aspect with --resize pad, in whole cells', async () => {
    const dirOf = project('pad')
    const { json } = await runJson('annotate', dirOf, '--model', model, ...small, '--resize', 'pad')
    const result: Annotated = json
    const maps = await openLabelMaps(result.dir)
    for (const key of maps.keys()) {
      const { width, height } = await sharp(at('images', key.replace('train/', ''))).metadata()
      const [, rows, columns] = (await maps.get(key)).shape
      expect(Math.min(rows, columns)).toBe(6)
      // The longer side, off by at most half a cell.
      const longer = (6 * Math.max(width, height)) / Math.min(width, height)
      expect(Math.abs(Math.max(rows, columns) - longer)).toBeLessThanOrEqual(0.5)
      if (rows !== columns) expect(rows > columns).toBe(height > width)
    }
    await maps.close()
  })

  it('shows what K costs, and writes nothing', async () => {
    const dirOf = project('probe')
    const result = await runJson(
      'annotate',
      dirOf,
      '--model',
      model,
      ...small,
      '--probe',
      '--probe-images',
      '5',
    )
    const report: {
      images: number
      crops: number
      rows: { k: number; bytes: number; divergence: number; agreement: number }[]
    } = result.json
    expect(report).toMatchObject({ images: 5, crops: 80 })
    // Of three classes, K = 3 keeps everything but what half precision drops.
    expect(report.rows.map(row => row.k)).toEqual([2, 3])
    expect(report.rows[1]!.divergence).toBeLessThan(1e-4)
    expect(report.rows[1]!.agreement).toBeGreaterThan(0.95)
    expect(report.rows[0]!.bytes).toBeLessThan(report.rows[1]!.bytes)
    expect(readdirSync(dirOf)).not.toContain('annotations')
  })
})
