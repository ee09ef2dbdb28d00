/** Words of the annotate screen. */
import { area } from '../area.ts'

export const annotate = area({
  en: { title: 'Annotate' },
  'zh-CN': { title: '标注' },
  ko: { title: '주석' },
})
