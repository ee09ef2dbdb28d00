/** What can be chosen in the settings; languages are named in themselves. */
import type { Settings } from '../../../core/contract/api/app.ts'

export type { Settings }
export const themes = ['light', 'dark', 'system'] as const satisfies readonly Settings['theme'][]
export const languages = [
  { value: 'en', label: 'English' },
  { value: 'zh-CN', label: '简体中文' },
  { value: 'ko', label: '한국어' },
] as const satisfies readonly { value: NonNullable<Settings['language']>; label: string }[]
export const keyPresets = [
  { value: 'labelme', label: 'labelme' },
  { value: 'cvat', label: 'CVAT' },
  { value: 'label-studio', label: 'Label Studio' },
] as const satisfies readonly { value: Settings['keyPreset']; label: string }[]
