/** The run's log: whole lines, cut back to a checkpoint, and what a kill leaves. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createPace } from '../../../../core/training/run/pace.ts'
import { openLog, readLog } from '../../../../core/training/run/run-log.ts'
import type { LogLine } from '../../../../core/training/run/run-log.ts'
import { temporaryFolder } from '../fixture.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)
const line = (step: number): LogLine => ({ type: 'step', step, epoch: 1, loss: 0.1 * step, lr: 1 })

describe('the log', () => {
  it('keeps the lines up to a step and loses nothing of a number', () => {
    const file = join(dir, 'metrics.jsonl')
    const first = openLog(file, 0)
    for (let step = 1; step <= 5; step++) first.add(line(step))
    first.add({ type: 'diverged', step: 3, epoch: 1, loss: 'NaN', images: ['a'] })
    first.flush()
    appendFileSync(file, '{"type":"step","st') // a kill in the middle of a write
    expect(readLog(file)).toHaveLength(6)
    const second = openLog(file, 3)
    second.add(line(4))
    second.flush()
    expect(readLog(file)).toEqual([1, 2, 3, 4].map(line))
    openLog(file, 0)
    expect(readLog(file)).toEqual([])
  })

  it('names a line that is not JSON', () => {
    const file = join(dir, 'broken.jsonl')
    writeFileSync(file, '{}\nnonsense\n{}\n')
    expect(() => readLog(file)).toThrow(/line 2 is not valid JSON/)
    expect(readLog(join(dir, 'none.jsonl'))).toEqual([])
  })
})

describe('createPace', () => {
  it('looks at the last ten seconds only', () => {
    let time = 0
    const pace = createPace(() => time)
    expect(pace.rate()).toBe(0)
    for (const [at, done] of [
      [0, 0],
      [1000, 1000],
      [11000, 1100],
      [21000, 1200],
    ] as const) {
      time = at
      pace.mark(done)
    }
    expect(pace.rate()).toBeCloseTo(10, 9)
  })
})
