/** The figures of the Regions view. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { openProject } from '../../../core/project/project.ts'
import { planRegions } from '../../../core/labelmap/regions/index.ts'
import { outlinedShare } from '../../../electron/bench/outlined-share.ts'
import { benchRegions } from '../../../electron/bench/regions.ts'

it('the share inside the outlines: about as large as the cells, less for a hole, once where they overlap', () => {
  const share = (rows: string[]): number => {
    const cells = [...rows.join('')]
    const map = {
      shape: [1, rows.length, rows[0]!.length] as [number, number, number],
      ids: Uint16Array.from(cells, c => Number(c)),
      logits: Float32Array.from(cells, c => (c === '0' ? 0 : 12)),
    }
    return outlinedShare(planRegions(map, { classes: 10, fill: 0, given: null, sure: 1 }))
  }
  expect(share(['111', '111'])).toBe(1)
  expect(share(['000', '000'])).toBe(0)
  expect(share(['1122', '1122'])).toBeCloseTo(1, 1)
  const solid = share(['0000000', '0111110', '0111110', '0111110', '0111110', '0111110', '0000000'])
  const ring = share(['0000000', '0111110', '0100010', '0100010', '0100010', '0111110', '0000000'])
  expect(solid).toBeGreaterThan(0.42)
  expect(solid).toBeLessThan(25 / 49)
  expect(solid - ring).toBeGreaterThan(0.1)
})

it('reports every project that it is given, and refuses one without label maps', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'bench-regions-'))
  try {
    cpSync(fileURLToPath(new URL('../../fixtures/project-0.1', import.meta.url)), dir, { recursive: true })
    openProject(dir).close()
    const { [dir]: figures } = (await benchRegions([dir])) as Record<string, Record<string, unknown>>
    expect(figures).toMatchObject({ classes: 2, pictures: expect.any(Number) as number })
    expect(figures!['pictures']).toBeGreaterThan(0)
    expect(figures!['classes drawn']).toMatchObject({ most: expect.any(Number) as number })
    await expect(benchRegions([])).rejects.toThrow(/relabel bench regions PROJECT/)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})
