/** Words of the review screen. */
import { area } from '../area.ts'

export const review = area({
  en: { title: 'Review' },
  'zh-CN': { title: '审核' },
  ko: { title: '검토' },
})
