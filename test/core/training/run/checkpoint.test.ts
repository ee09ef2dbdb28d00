/** Checkpoints: round trip, keeping the last ones, torn and changed files, other configurations. */
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  bestCheckpoint,
  latestCheckpoint,
  readCheckpoint,
  saveCheckpoint,
} from '../../../../core/training/run/checkpoint.ts'
import type { Checkpoint } from '../../../../core/training/run/checkpoint.ts'
import { temporaryFolder } from '../fixture.ts'

let dir = ''
let remove = (): void => {}
beforeEach(() => ({ dir, remove } = temporaryFolder()))
afterEach(() => remove())

const at = (step: number): Checkpoint => ({
  progress: {
    fingerprint: 'f',
    step,
    epoch: 1,
    batch: 2,
    lossSum: 0.1 + step,
    best: { value: 0.5, epoch: 1 },
    seconds: 3,
    stepSeconds: 2,
    lastLoss: 1.25,
    val: null,
  },
  state: new Map([
    ['weight:a', { shape: [2, 2], data: Float32Array.of(step, -0, 1e-40, 3.3) }],
    ['counter', { shape: [], data: Float32Array.of(7) }],
  ]),
})
const file = (step: number): string => join(dir, `step-${String(step).padStart(9, '0')}.safetensors`)

describe('checkpoints', () => {
  it('come back to the last bit', () => {
    const saved = at(12)
    expect(saveCheckpoint(dir, saved, { keep: 1 })).toBe(file(12))
    const read = readCheckpoint(file(12), 'f')
    expect(read.progress).toEqual(saved.progress)
    expect(read.state).toEqual(saved.state)
  })

  it('keeps the last n and the best one', () => {
    for (const step of [1, 2, 3, 1000000000]) saveCheckpoint(dir, at(step), { keep: 2, best: step === 2 })
    expect(readdirSync(dir).sort()).toEqual([
      'best.safetensors',
      'step-000000003.safetensors',
      'step-1000000000.safetensors',
    ])
    expect(readCheckpoint(bestCheckpoint(dir)).progress.step).toBe(2)
    expect(latestCheckpoint(dir, 'f')?.checkpoint.progress.step).toBe(1000000000)
  })

  it('falls back to the one before when the newest is torn or changed', () => {
    for (const step of [1, 2, 3]) saveCheckpoint(dir, at(step), { keep: 5 })
    truncateSync(file(3), 150)
    const bytes = readFileSync(file(2))
    bytes[bytes.length - 1]! ^= 1
    writeFileSync(file(2), bytes)
    const found = latestCheckpoint(dir, 'f')!
    expect(found.checkpoint.progress.step).toBe(1)
    expect(found.refused.map(one => one.file)).toEqual([file(3), file(2)])
    expect(found.refused[1]!.reason).toMatch(/checksum/)
    truncateSync(file(1), 3)
    expect(() => latestCheckpoint(dir, 'f')).toThrow(expect.objectContaining({ code: 'bad-data' }))
  })

  it('refuses progress of another form, whole as the file is', () => {
    const saved = at(1)
    for (const wrong of [{ step: -1 }, { best: 3 }, { lossSum: null }, { val: {} }]) {
      const progress = { ...saved.progress, ...wrong } as Checkpoint['progress']
      const path = saveCheckpoint(dir, { ...saved, progress }, { keep: 9 })
      expect(() => readCheckpoint(path)).toThrow(
        expect.objectContaining({ code: 'bad-data', message: `${path}: not a checkpoint of this program` }),
      )
    }
  })

  it('refuses another configuration and finds nothing in an empty folder', () => {
    expect(latestCheckpoint(join(dir, 'none'), 'f')).toBeUndefined()
    saveCheckpoint(dir, at(1), { keep: 1 })
    expect(() => latestCheckpoint(dir, 'g')).toThrow(expect.objectContaining({ code: 'mismatch' }))
  })

  it('ignores what a kill left half written', () => {
    saveCheckpoint(dir, at(1), { keep: 1 })
    writeFileSync(`${file(2)}.4711.tmp`, 'half')
    expect(latestCheckpoint(dir, 'f')?.checkpoint.progress.step).toBe(1)
    expect(existsSync(file(2))).toBe(false)
  })

  it('says that the disk is at fault', () => {
    writeFileSync(join(dir, 'blocked'), '')
    expect(() => saveCheckpoint(join(dir, 'blocked', 'x'), at(1), { keep: 1 })).toThrow(
      expect.objectContaining({ code: 'disk' }),
    )
  })
})
