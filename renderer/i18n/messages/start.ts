/** Words of the start screen. */
import { area } from '../area.ts'

export const start = area({
  en: { title: 'Start' },
  'zh-CN': { title: '开始' },
  ko: { title: '시작' },
})
