/** Words of the settings screen. */
import { area } from '../area.ts'

export const settings = area({
  en: { title: 'Settings' },
  'zh-CN': { title: '设置' },
  ko: { title: '설정' },
})
