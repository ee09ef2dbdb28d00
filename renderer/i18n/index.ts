/** The language that the page speaks, and its messages. */
import { createI18n } from 'vue-i18n'
import { languageFor, messages, type Language } from './languages.ts'

export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  // Their full type is more than the compiler cares to follow in every call.
  messages: messages as unknown as Record<Language, Record<string, never>>,
})

/** The chosen language, or the first of the system's that we speak, or English. */
export const languageOf = (chosen: Language | null, system: readonly string[]): Language =>
  chosen ?? languageFor(system)

/** Speaks this language from now on. */
export function setLanguage(language: Language): void {
  i18n.global.locale.value = language
  if (typeof document !== 'undefined') document.documentElement.lang = language
}

// The library derives every key's path from the messages, which is more than the compiler cares to follow.
const speak = i18n.global as unknown as { t: (key: string, values: Record<string, unknown>) => string }

/** A message, outside of components. */
export const translate = (key: string, values: Record<string, unknown> = {}): string => speak.t(key, values)
