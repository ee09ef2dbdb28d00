/** Words of the runs screen. */
import { area } from '../area.ts'

export const runs = area({
  en: { title: 'Runs' },
  'zh-CN': { title: '训练记录' },
  ko: { title: '학습 기록' },
})
