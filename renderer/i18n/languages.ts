/** Which languages there are: every text of the page and the desktop app, without any library, so that both can import it. */
import type { languages } from '../../core/contract/api/app.ts'
import { en, type Messages } from './en/index.ts'
import { ko } from './ko/index.ts'
import { zhCn } from './zh-cn/index.ts'

/** A language's tag, as the settings keep it. */
export type Language = (typeof languages)[number]

/** A new language is its folder and a line here; its tag is listed in the contract. */
export const messages: Record<Language, Messages> = { en, 'zh-CN': zhCn, ko }

/** The first of the wanted languages (tags such as `zh-Hans-CN`, best first) that there is, or English. */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = (Object.keys(messages) as Language[]).find(
      ours => ours.split('-')[0] === tag.toLowerCase().split('-')[0],
    )
    if (found) return found
  }
  return 'en'
}
