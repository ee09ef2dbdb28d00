/** Words of the browse screen. */
import { area } from '../area.ts'

export const browse = area({
  en: { title: 'Browse' },
  'zh-CN': { title: '浏览' },
  ko: { title: '둘러보기' },
})
