/** Keys to hold: pressed once, released once, told apart from taps, and never left pressed. */
import { afterEach, expect, it } from 'vitest'
import { bindingsOf } from '../../../renderer/keys/bindings.ts'
import type { KeyPress } from '../../../renderer/keys/combos.ts'
import {
  dispatch,
  lift,
  liftAll,
  perform,
  register,
  registerHold,
  setBindings,
} from '../../../renderer/keys/dispatcher.ts'
import { reduceHolds, type Held } from '../../../renderer/keys/holds.ts'

const page = { text: false, owns: () => false, modal: false }
const key = (letter: string): KeyPress => ({
  key: letter,
  code: `Key${letter.toUpperCase()}`,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
})
const removals: (() => void)[] = []
afterEach(() => {
  liftAll()
  for (const remove of removals.splice(0)) remove()
})

/** A held action that writes down what happens to it. */
function recorded(id: 'overlay.toggle' | 'overlay.alone') {
  setBindings(bindingsOf('labelme', {}))
  const log: string[] = []
  const remove = registerHold(id, {
    press: () => log.push('press'),
    release: tap => log.push(tap ? 'tap' : 'release'),
  })
  removals.push(remove)
  return { log, remove }
}

it('is held from the first press, whatever the key repeats, and a short press is a tap', () => {
  const down = (at: number) => ({ kind: 'down', id: 'overlay.toggle', key: 'KeyH', at }) as const
  let held: readonly Held[] = []
  const first = reduceHolds(held, down(1000))
  expect(first).toMatchObject({ pressed: 'overlay.toggle', released: null })
  held = first.held
  expect(reduceHolds(held, down(1030))).toEqual({ held, pressed: null, released: null })
  expect(reduceHolds(held, { ...down(1040), key: 'F9' }).pressed).toBeNull()
  const up = (at: number) => reduceHolds(held, { kind: 'up', key: 'KeyH', at })
  expect(up(1249)).toEqual({ held: [], pressed: null, released: { id: 'overlay.toggle', tap: true } })
  expect(up(1250).released).toEqual({ id: 'overlay.toggle', tap: false })
  expect(reduceHolds(held, { kind: 'up', key: 'KeyV', at: 2000 })).toMatchObject({ held, released: null })
})

it('runs from the key down to the same key up, and two keys do not disturb each other', () => {
  const bare = recorded('overlay.toggle')
  const alone = recorded('overlay.alone')
  expect(dispatch(key('h'), page, 0)).toBe(true)
  expect(dispatch(key('h'), page, 500)).toBe(true)
  dispatch(key('v'), page, 600)
  lift(key('h'), 900)
  expect([bare.log, alone.log]).toEqual([['press', 'release'], ['press']])
  lift(key('v'), 700)
  expect(alone.log).toEqual(['press', 'tap'])
})

it('ends once where the keyboard is lost or the screen goes away, never as a tap', () => {
  const { log, remove } = recorded('overlay.toggle')
  dispatch(key('h'), page, 0)
  liftAll()
  lift(key('h'), 10)
  expect(log).toEqual(['press', 'release'])
  dispatch(key('h'), page, 20)
  remove()
  lift(key('h'), 30)
  expect(log).toEqual(['press', 'release', 'press', 'release'])
})

it('from a menu it is a tap, and other actions run as before', () => {
  const { log } = recorded('overlay.alone')
  expect(perform('overlay.alone')).toBe(true)
  expect(log).toEqual(['press', 'tap'])
  let runs = 0
  removals.push(register('overlay.mode', () => runs++))
  dispatch(key('m'), page)
  dispatch(key('m'), page)
  expect(runs).toBe(2)
})
