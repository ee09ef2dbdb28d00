/** The app's languages: messages of every area, and which language is spoken. */
import { createI18n } from 'vue-i18n'
import { annotate } from './messages/annotate.ts'
import { browse } from './messages/browse.ts'
import { common } from './messages/common.ts'
import { keys } from './messages/keys.ts'
import { relabel } from './messages/relabel.ts'
import { review } from './messages/review.ts'
import { runs } from './messages/runs.ts'
import { settings } from './messages/settings.ts'
import { shell } from './messages/shell.ts'
import { start } from './messages/start.ts'
import { train } from './messages/train.ts'

export const areas = {
  common,
  shell,
  start,
  browse,
  annotate,
  review,
  relabel,
  train,
  runs,
  settings,
  keys,
}
export const languages = ['en', 'zh-CN', 'ko'] as const
export type Language = (typeof languages)[number]

/** Every area's messages in one language. */
export const messagesOf = (language: Language): Record<string, object> =>
  Object.fromEntries(Object.entries(areas).map(([name, messages]) => [name, messages[language]]))

export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: {
    en: messagesOf('en'),
    'zh-CN': messagesOf('zh-CN'),
    ko: messagesOf('ko'),
  } as Record<Language, Record<string, never>>,
})

/** The chosen language, or the first of the system's that we speak, or English. */
export function languageOf(chosen: Language | null, system: readonly string[]): Language {
  if (chosen !== null) return chosen
  for (const tag of system) {
    const found = languages.find(ours => ours.split('-')[0] === tag.toLowerCase().split('-')[0])
    if (found) return found
  }
  return 'en'
}

/** Speaks this language from now on. */
export function setLanguage(language: Language): void {
  i18n.global.locale.value = language
  if (typeof document !== 'undefined') document.documentElement.lang = language
}

// The library derives every key's path from the messages, which is more than the compiler cares to follow.
const speak = i18n.global as unknown as { t: (key: string, values: Record<string, unknown>) => string }

/** A message, outside of components. */
export const translate = (key: string, values: Record<string, unknown> = {}): string => speak.t(key, values)
