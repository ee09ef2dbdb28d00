/** Messages: every language has every word with the same values in it, and figures are written its way. */
import { afterEach, describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatDuration,
  formatNumber,
  formatPercent,
  formatPoints,
} from '../../../renderer/i18n/format.ts'
import { i18n, languageOf, translate } from '../../../renderer/i18n/index.ts'
import { messages, type Language } from '../../../renderer/i18n/languages.ts'
import { actionIds } from '../../../renderer/keys/actions.ts'
import { titleKey } from '../../../renderer/keys/titles.ts'

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, before = ''): Map<string, string> {
  const all = new Map<string, string>()
  for (const [key, value] of Object.entries(tree))
    if (typeof value === 'string') all.set(before + key, value)
    else for (const [inner, words] of flat(value, `${before}${key}.`)) all.set(inner, words)
  return all
}
const values = (words: string): string[] =>
  [...words.matchAll(/\{(\w+)\}/g)].map(found => found[1] ?? '').sort()

const english = flat(messages.en as Tree)

const others = (Object.keys(messages) as Language[]).filter(language => language !== 'en')

describe.each(others)('%s', language => {
  const theirs = flat(messages[language] as Tree)

  it('has the same messages as English, none empty', () => {
    expect([...theirs.keys()].sort()).toEqual([...english.keys()].sort())
    expect([...theirs].filter(([, words]) => words.trim() === '')).toEqual([])
  })

  it('puts the same values into them', () => {
    // A plural may name a value less often in one language than in another.
    for (const [key, words] of english)
      expect([key, ...new Set(values(theirs.get(key) ?? ''))]).toEqual([key, ...new Set(values(words))])
  })

  it('is translated: few messages read as in English', () => {
    const same = [...theirs].filter(([key, words]) => /[a-z]{3}/i.test(words) && english.get(key) === words)
    expect(same.length).toBeLessThan(theirs.size * 0.06)
  })
})

describe('messages', () => {
  it('name every action', () => {
    for (const id of actionIds) expect(english.has(titleKey(id))).toBe(true)
    expect(Object.keys(messages.en.keys.actions)).toHaveLength(actionIds.length)
  })

  it('are found in the system’s language, else in English', () => {
    expect(languageOf(null, ['ko-KR', 'en'])).toBe('ko')
    expect(languageOf(null, ['fr', 'zh-Hans-CN'])).toBe('zh-CN')
    expect(languageOf(null, ['fr'])).toBe('en')
    expect(languageOf('en', ['ko'])).toBe('en')
  })

  it('are compiled without making code: values are put in as text', () => {
    expect(translate('start.steps.title', { name: '<b>{x}</b>' })).toBe('Next in <b>{x}</b>')
  })
})

describe('figures', () => {
  afterEach(() => {
    i18n.global.locale.value = 'en'
  })

  it('are written the language’s way', () => {
    expect(formatNumber(1_281_167)).toBe('1,281,167')
    expect(formatPercent(0.12345)).toBe('12.3%')
    expect(formatPoints(-0.012)).toBe('-1.2')
    expect(formatPoints(0.012)).toBe('+1.2')
    expect(formatDuration(3_900)).toBe('1h 5m')
    expect(formatDuration(59.6)).toBe('1m 0s')
    expect(formatBytes(999)).toBe('999 bytes')
    expect(formatBytes(1_260)).toBe('1.3 kB')
    expect(formatBytes(9_960)).toBe('10 kB')
    expect(formatBytes(41_760)).toBe('42 kB')
    expect(formatBytes(2_500_000)).toBe('2.5 MB')
    i18n.global.locale.value = 'ko'
    expect(formatDuration(3_900)).toBe('1시간 5분')
  })

  it('are a dash where there is none', () => {
    for (const nothing of [null, undefined, Number.NaN, Infinity])
      expect([formatNumber(nothing), formatPercent(nothing), formatBytes(nothing)]).toEqual(['–', '–', '–'])
  })
})
