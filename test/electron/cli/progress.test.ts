/** Progress on a terminal and elsewhere. */
import { describe, expect, it } from 'vitest'
import { clock, createProgressView } from '../../../electron/cli/progress.ts'

function stream(isTTY: boolean): {
  isTTY: boolean
  columns: number
  text: string
  write(text: string): void
} {
  return {
    isTTY,
    columns: 60,
    text: '',
    write(text) {
      this.text += text
    },
  }
}

describe('progress', () => {
  it('is a line now and then where there is no terminal', () => {
    const out = stream(false)
    const view = createProgressView(out, 1e9)
    for (let done = 0; done <= 100; done++)
      view.update({ phase: 'read', done, total: 100, rate: 12.34, left: 100 - done })
    view.update({ phase: 'write', done: 1, total: 2 })
    view.end()
    expect(out.text.split('\n')).toEqual([
      'read: 0/100, 12/s, 1:40 left',
      'read: 100/100, 12/s',
      'write: 1/2',
      '',
    ])
  })

  it('is a bar that redraws itself within the width of a terminal', () => {
    const out = stream(true)
    const view = createProgressView(out)
    view.update({
      phase: 'annotate',
      done: 50,
      total: 100,
      note: 'a note that is much too long for this terminal',
    })
    view.end()
    const drawn = out.text.split('\u001b[2K')[1]!
    expect(drawn).toMatch(/^annotate \[█{12}·{12}\] 50\/100/)
    expect(drawn.trimEnd().length).toBeLessThan(60)
    expect(out.text.endsWith('\n')).toBe(true)
  })

  it('writes times as clocks do', () => {
    expect([0, 59.6, 75, 3661].map(clock)).toEqual(['0:00', '1:00', '1:15', '1:01:01'])
  })
})
