/** The texts of menus, dialogs and notifications in the system's language. */
import type { Messages } from '../../renderer/i18n/en/index.ts'
import { languageFor, messages } from '../../renderer/i18n/languages.ts'

export type Words = Messages['desktop']

/** Words by language tag (`zh-CN`, `ko-KR`, …); English for all others. */
export const wordsFor = (tag: string): Words => messages[languageFor([tag])].desktop
