/** Hatches: how much of a colour their lines cover. */
import { describe, expect, it } from 'vitest'
import { onHatch } from '../../../core/labelmap/palette.ts'

describe('hatches', () => {
  it('draw a quarter of the pixels as lines, dots fewer and crosses more', () => {
    const share = (hatch: Parameters<typeof onHatch>[0]): number => {
      let on = 0
      for (let i = 0; i < 64 * 64; i++) if (onHatch(hatch, i % 64, Math.floor(i / 64))) on++
      return on / 4096
    }
    expect(share('plain')).toBe(0)
    for (const hatch of ['rising', 'falling', 'vertical', 'horizontal'] as const)
      expect(share(hatch)).toBe(0.25)
    expect(share('dots')).toBe(1 / 16)
    expect(share('crossed')).toBe(7 / 16)
  })
})
