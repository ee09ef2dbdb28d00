/** Keys: presets, forms of combinations, conflicts, and who gets a key press. */
import { describe, expect, it } from 'vitest'
import { actionIds, presetKeys, type ActionId } from '../../../renderer/keys/actions.ts'
import { bindingsOf, conflictsOf } from '../../../renderer/keys/bindings.ts'
import { comboOf, comboParts, normalCombo, type KeyPress } from '../../../renderer/keys/combos.ts'
import {
  dispatch,
  perform,
  register,
  registerOther,
  setBindings,
  type KeyTarget,
} from '../../../renderer/keys/dispatcher.ts'

const press = (key: string, code: string, held = ''): KeyPress => ({
  key,
  code,
  ctrlKey: held.includes('c'),
  metaKey: held.includes('m'),
  altKey: held.includes('a'),
  shiftKey: held.includes('s'),
})
const page: KeyTarget = { text: false, owns: () => false, modal: false }
const presets = ['labelme', 'cvat', 'label-studio'] as const

describe('presets', () => {
  it.each(presets)('%s has no two actions of one place on one key', preset => {
    expect(conflictsOf(bindingsOf(preset, {}))).toEqual([])
  })

  it.each(presets)('%s writes every key in its one form and gives every action one', preset => {
    for (const id of actionIds) {
      const keys = presetKeys(id, preset)
      expect(keys.length).toBeGreaterThan(0)
      expect(keys.map(normalCombo)).toEqual([...keys])
    }
  })

  it('D is next in labelme and previous in CVAT', () => {
    const owner = (preset: (typeof presets)[number], key: string): ActionId[] =>
      actionIds.filter(id => id.startsWith('image.') && presetKeys(id, preset).includes(key))
    expect(owner('labelme', 'D')).toEqual(['image.next'])
    expect(owner('labelme', 'A')).toEqual(['image.previous'])
    expect(owner('cvat', 'D')).toEqual(['image.previous'])
    expect(owner('cvat', 'F')).toEqual(['image.next'])
  })
})

describe('own keys', () => {
  it('take the place of the preset’s, also with none, and pass over what is not a key', () => {
    const bindings = bindingsOf('labelme', {
      undo: [],
      redo: ['ctrl+shift+z', 'Hyper+Q', ''],
      nonsense: ['Q'],
    })
    expect(bindings.undo).toEqual([])
    expect(bindings.redo).toEqual(['Ctrl+Shift+Z'])
    expect(bindings).not.toHaveProperty('nonsense')
  })

  it('conflict where two actions can be meant in one place, and only there', () => {
    const found = conflictsOf(bindingsOf('labelme', { 'tool.brush': ['D'], 'review.flag': ['D'] }))
    expect(found).toEqual([{ combo: 'D', actions: ['image.next', 'tool.brush'] }])
    const everywhere = conflictsOf(bindingsOf('labelme', { help: ['G'] }))
    expect(everywhere.map(one => one.actions[1])).toEqual(['tool.region', 'review.flag'])
  })
})

describe('combinations', () => {
  it.each([
    [press('d', 'KeyD'), 'D'],
    [press('Z', 'KeyZ', 'cs'), 'Ctrl+Shift+Z'],
    [press('z', 'KeyZ', 'm'), 'Ctrl+Z'],
    [press('?', 'Slash', 's'), '?'],
    [press('+', 'Equal', 's'), '+'],
    [press('!', 'Digit1', 's'), 'Shift+1'],
    [press('ㅇ', 'KeyD'), 'D'],
    [press('в', 'KeyD', 'c'), 'Ctrl+D'],
    [press('Process', 'KeyD'), 'D'],
    // A Dvorak d lies elsewhere: what is written counts.
    [press('d', 'KeyH'), 'D'],
    [press(' ', 'Space'), 'Space'],
    [press('¡', 'Digit1', 'a'), 'Alt+1'],
    [press('Shift', 'ShiftLeft', 's'), null],
    [press('ArrowUp', 'ArrowUp', 's'), 'Shift+ArrowUp'],
  ])('%o is %s', (event, combo) => expect(comboOf(event)).toBe(combo))

  it('are taken apart as they stand on the keyboard', () => {
    expect(comboParts('Ctrl+Shift+Z', false)).toEqual(['Ctrl', 'Shift', 'Z'])
    expect(comboParts('Ctrl+Z', true)).toEqual(['⌘', 'Z'])
    expect(comboParts('Ctrl++', false)).toEqual(['Ctrl', '+'])
  })
})

describe('the dispatcher', () => {
  setBindings(bindingsOf('labelme', {}))
  const count = (id: ActionId, enabled?: () => boolean): { times: number; stop: () => void } => {
    const counter = { times: 0, stop: () => {} }
    counter.stop = register(id, () => counter.times++, enabled)
    return counter
  }

  it('asks the newest that is enabled, and the older one when it is gone', () => {
    let on = true
    const [older, newer] = [count('undo'), count('undo', () => on)]
    expect(dispatch(press('z', 'KeyZ', 'c'), page)).toBe(true)
    on = false
    dispatch(press('z', 'KeyZ', 'c'), page)
    newer.stop()
    dispatch(press('z', 'KeyZ', 'c'), page)
    expect([older.times, newer.times]).toEqual([2, 1])
    older.stop()
    expect(dispatch(press('z', 'KeyZ', 'c'), page)).toBe(false)
    expect(perform('undo')).toBe(false)
  })

  it('leaves text fields what they write and edit with', () => {
    const [next, undo, go] = [count('image.next'), count('undo'), count('go.browse')]
    const field = { ...page, text: true }
    expect(dispatch(press('d', 'KeyD'), field)).toBe(false)
    expect(dispatch(press('z', 'KeyZ', 'c'), field)).toBe(false)
    expect(dispatch(press('2', 'Digit2', 'a'), field)).toBe(true)
    expect(dispatch(press('d', 'KeyD'), page)).toBe(true)
    expect([next.times, undo.times, go.times]).toEqual([1, 0, 1])
    for (const one of [next, undo, go]) one.stop()
  })

  it('leaves controls their own keys, and rests under a dialog', () => {
    const up = count('cell.up')
    expect(dispatch(press('ArrowUp', 'ArrowUp'), { ...page, owns: combo => combo === 'ArrowUp' })).toBe(false)
    expect(dispatch(press('ArrowUp', 'ArrowUp'), { ...page, modal: true })).toBe(false)
    expect(dispatch(press('ArrowUp', 'ArrowUp'), page)).toBe(true)
    expect(up.times).toBe(1)
    up.stop()
  })

  it('gives a key of two places to whoever is there', () => {
    const next = count('browse.next')
    expect(dispatch(press('d', 'KeyD'), page)).toBe(true)
    expect(next.times).toBe(1)
    next.stop()
  })

  it('offers a key that no action has to the others, but no key that an action uses', () => {
    const next = count('image.next')
    const offered: string[] = []
    const stop = registerOther(combo => offered.push(combo) > 0 && combo === 'F7')
    expect(dispatch(press('F7', 'F7'), page)).toBe(true)
    expect(dispatch(press('F8', 'F8'), page)).toBe(false)
    expect(dispatch(press('d', 'KeyD'), page)).toBe(true)
    expect(dispatch(press('F7', 'F7'), { ...page, modal: true })).toBe(false)
    expect([offered, next.times]).toEqual([['F7', 'F8'], 1])
    stop()
    expect(dispatch(press('F7', 'F7'), page)).toBe(false)
    next.stop()
  })
})
