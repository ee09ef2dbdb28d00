/** The options of the settings; each language is named in itself. */
import type { Settings } from '../../../core/contract/api/app.ts'
import { messages, type Language } from '../../i18n/languages.ts'

export type { Settings }
export const themes = ['light', 'dark', 'system'] as const satisfies readonly Settings['theme'][]
export const languages = (Object.keys(messages) as Language[]).map(value => ({
  value,
  label: messages[value].common.language,
}))
export const keyPresets = [
  { value: 'labelme', label: 'labelme' },
  { value: 'cvat', label: 'CVAT' },
  { value: 'label-studio', label: 'Label Studio' },
] as const satisfies readonly { value: Settings['keyPreset']; label: string }[]
