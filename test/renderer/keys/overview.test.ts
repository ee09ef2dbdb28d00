/** The overview of keys and gestures: its groups, and what a search finds. */
import { describe, expect, it } from 'vitest'
import { gestureIds } from '../../../renderer/keys/gestures.ts'
import { overviewOf, type Entry } from '../../../renderer/keys/overview.ts'
import { messages } from '../../../renderer/i18n/languages.ts'

const key = (id: string, title: string, places: string[], ...combos: string[]): Entry => ({
  id,
  title,
  places,
  combos,
  mouse: null,
})
const gesture = (id: string, title: string, places: string[], mouse: string, ...combos: string[]): Entry => ({
  ...key(id, title, places, ...combos),
  mouse,
})
const entries = [
  key('undo', 'Undo', ['global'], 'Ctrl+Z'),
  key('redo', 'Redo', ['global'], 'Ctrl+Shift+Z', 'Ctrl+Y'),
  key('zoom', 'Zoom in', ['annotate', 'review'], '+', 'Ctrl+='),
  key('up', 'Cell above', ['annotate', 'review'], 'ArrowUp'),
  key('next', 'Next image', ['browse'], 'D'),
  key('brush', 'Brush', ['annotate'], 'B'),
  key('accept', 'Accept', ['review'], 'A', 'Enter'),
  gesture('pan', 'Move the image', ['annotate'], 'Drag', 'Space'),
  gesture('open', 'Open the image', ['browse'], 'Double-click'),
]
const found = (search: string, current = 'start'): string[] =>
  overviewOf(entries, current, search).flatMap(group => group.entries.map(entry => entry.id))

describe('the overview', () => {
  it('puts the current screen first, with what it shares, and lists everything once', () => {
    const groups = overviewOf(entries, 'annotate', '')
    expect(groups.map(group => group.places)).toEqual([['annotate'], ['global'], ['browse'], ['review']])
    expect(groups[0]?.entries.map(entry => entry.id)).toEqual(['zoom', 'up', 'brush', 'pan'])
    for (const current of ['start', 'browse', 'annotate', 'review'])
      expect(found('', current).sort()).toEqual(entries.map(entry => entry.id).sort())
  })

  it('starts with what works everywhere where the current screen has nothing of its own', () => {
    expect(overviewOf(entries, 'start', '')[0]?.places).toEqual(['global'])
  })
})

describe('the search', () => {
  it('finds titles by any part of them, in any case', () => {
    expect(found('UNDO')).toEqual(['undo'])
    expect(found('the image')).toEqual(['pan', 'open'])
  })

  it('finds combinations, written with spaces or plus signs, whatever the key is called', () => {
    expect(found('ctrl z')).toEqual(['undo', 'redo'])
    expect(found('Ctrl+Shift+Z')).toEqual(['redo'])
    expect(found('cmd y')).toEqual(['redo'])
    expect(found('return')).toEqual(['accept'])
    expect(found('up')).toEqual(['up'])
  })

  it('takes a single letter for a key, not for a letter of every title', () => {
    expect(found('d')).toEqual(['next'])
    expect(found('+')).toEqual(['zoom'])
  })

  it('wants the keys of one combination, not of two', () => {
    expect(found('shift y')).toEqual([])
  })

  it('finds gestures by the mouse and by the key that is held', () => {
    expect(found('drag')).toEqual(['pan'])
    expect(found('space drag')).toEqual(['pan'])
    expect(found('double')).toEqual(['open'])
  })

  it('finds words of one character in scripts without letters', () => {
    const chinese = [key('undo', '撤销', ['global'], 'Ctrl+Z'), key('zoom', '放大', ['annotate'], '+')]
    expect(overviewOf(chinese, 'start', '撤')).toEqual([{ places: ['global'], entries: [chinese[0]] }])
  })
})

it('names every gesture', () => {
  expect(Object.keys(messages.en.gestures.titles).sort()).toEqual([...gestureIds].sort())
})
