/** Counts, pages, places and histograms against plain loops over random projects. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ImageFilter } from '../../../../core/contract/api/browse.ts'
import { reviewStates } from '../../../../core/contract/review-state.ts'
import { openBrowser } from '../../../../core/project/browse/browser.ts'
import { rebuildBrowse } from '../../../../core/project/browse/rebuild.ts'
import { openProject } from '../../../../core/project/project.ts'
import { transaction } from '../../../../core/project/database/connection.ts'
import { images, makeProject, query, splitNames } from './made.ts'
import { disagrees, orderModel, passesModel, type ModelImage } from './model.ts'

/** Runs `check` on a project in a folder of its own. */
async function inFolder(check: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'relabel-browse-'))
  try {
    await check(join(dir, 'p'))
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function histogramModel(model: readonly ModelImage[], filter: ImageFilter) {
  const under = (name: keyof ImageFilter): ModelImage[] => {
    const rest = { ...filter }
    delete rest[name]
    return model.filter(image => passesModel(image, rest))
  }
  const counted = <T>(rows: ModelImage[], values: readonly T[], of: (image: ModelImage) => T | null) =>
    values.map(value => ({ value, count: rows.filter(row => of(row) === value).length }))
  const most = (rows: ModelImage[], of: (image: ModelImage) => number | null) =>
    counted(rows, [-1, 0, 1, 2, 3], of)
      .filter(row => row.count > 0)
      .sort((a, b) => b.count - a.count || a.value - b.value)
  const sure = under('confidence')
  return {
    splits: counted(under('splits'), splitNames, image => image.split),
    classes: most(under('classes'), image => image.label ?? -1),
    predicted: most(under('predicted'), image => image.facts?.top ?? null),
    review: counted(under('review'), reviewStates, image => image.review),
    corrected: counted(under('corrected'), [true, false], image => image.corrected),
    disagree: counted(under('disagree'), [true, false], disagrees),
    listed: counted(under('listed'), [true, false], image => image.facts?.listed ?? null),
    changed: counted(under('changed'), [true, false], image => image.changed),
    confidence: Array.from(
      { length: 20 },
      (_, bin) =>
        sure.filter(row => row.facts && Math.min(19, Math.floor(row.facts.confidence * 20)) === bin).length,
    ),
  }
}

describe('browsing', () => {
  it('answers every query as plain loops do, however much was read before', async () => {
    await fc.assert(
      fc.asyncProperty(
        images,
        fc.array(query, { minLength: 4, maxLength: 8 }),
        fc.nat(12),
        async (rows, queries, steps) => {
          await inFolder(async dir => {
            const { project, model } = await makeProject(dir, rows)
            const reader = openProject(dir, { readonly: true })
            const browser = openBrowser(reader)
            try {
              for (const each of queries) {
                for (let i = 0; i < steps && browser.warm(); i++);
                const wanted = orderModel(model, each, splitNames)
                expect(browser.count(each).total).toBe(wanted.length)
                expect(browser.page(each, 0, 500).items.map(item => item.id)).toEqual(wanted)
                for (const [offset, limit] of [
                  [wanted.length - 3, 2],
                  [Math.floor(wanted.length / 2), 3],
                  [1, 4],
                  [wanted.length, 5],
                ] as const)
                  if (offset >= 0)
                    expect(browser.ids(each, offset, limit)).toEqual(wanted.slice(offset, offset + limit))
                for (const { id } of model.slice(0, 10)) {
                  const place = browser.place(each, id)
                  const offset = wanted.indexOf(id)
                  expect(place.offset).toBe(offset < 0 ? null : offset)
                  // Where it does not belong, its neighbours are those it would have.
                  const all = orderModel(model, { ...each, filter: {} }, splitNames)
                  const at = all.indexOf(id)
                  const passing = (list: number[]): number | null =>
                    list.find(other => wanted.includes(other)) ?? null
                  expect(place.previous).toBe(passing(all.slice(0, at).reverse()))
                  expect(place.next).toBe(passing(all.slice(at + 1)))
                }
                expect(browser.histograms(each.filter)).toEqual(histogramModel(model, each.filter))
              }
            } finally {
              reader.close()
              project.close()
            }
          })
        },
      ),
      { seed: 11, numRuns: 40 },
    )
  })

  it('keeps its tables as a fresh filling would make them', async () => {
    await fc.assert(
      fc.asyncProperty(images, async rows => {
        await inFolder(async dir => {
          const { project } = await makeProject(dir, rows)
          const tables = (): unknown[] =>
            ['browse', 'browse_tally WHERE images > 0', 'browse_names'].map(table =>
              project.db.prepare(`SELECT * FROM ${table}`).all(),
            )
          const before = tables()
          transaction(project.db, () => rebuildBrowse(project.db))
          expect(before).toEqual(tables())
          project.close()
        })
      }),
      { seed: 12, numRuns: 20 },
    )
  })
})
