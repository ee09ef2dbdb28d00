/** `relabel annotator check` and `relabel doctor`, and how results are printed. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeOnnx } from '../../../core/graph/files/write.ts'
import { runCli, runJson, tinyClassifier, writeTiny } from '../cli-run.ts'

let dir: string
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'relabel-look-'))))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('relabel annotator check', () => {
  it('reports head, map and error', async () => {
    const model = await writeTiny(join(dir, 'tiny.onnx'))
    const { status, json } = await runJson('annotator', 'check', model, '--size', '64')
    expect(status).toBe(0)
    expect(json).toMatchObject({
      report: { head: 'GlobalAveragePool → Flatten → Gemm', classes: 3, features: 8, exact: true },
      mapSize: [8, 8],
      stride: [8, 8],
      measuredAt: [64, 64],
      refused: null,
    })
    // Sums of 64 floats of size 1: a few units of 2⁻²⁴ each.
    expect((json as { error: number }).error).toBeLessThan(1e-5)
    const plain = await runCli('annotator', 'check', model, '--size', '64')
    expect(plain.stdout).toMatch(/label map +8×8×3/)
    expect(plain.stdout).toMatch(/This model can annotate/)
  })

  it('measures at the size that a fixed export takes, and says what else would work', async () => {
    const file = join(dir, 'fixed.onnx')
    await writeOnnx(tinyClassifier(3, { input: [1, 3, 32, 32] }), file)
    const { status, json } = await runJson('annotator', 'check', file, '--size', '64')
    expect(status).toBe(0)
    // The surgery frees the size; the classifier itself can only be compared at its own.
    expect(json).toMatchObject({ measuredAt: [32, 32], mapSize: [8, 8], refused: null })
  })
})

describe('relabel doctor', () => {
  it('tries what is needed', async () => {
    const { status, json } = await runJson('doctor')
    expect(status).toBe(0)
    const { findings } = json as { findings: { part: string; ok: boolean }[] }
    for (const part of ['node', 'images', 'database', 'engine cpu'])
      expect(findings.find(finding => finding.part === part)).toMatchObject({ ok: true })
    expect((await runCli('doctor')).stdout).toMatch(/Everything that the program needs works/)
  })
})
