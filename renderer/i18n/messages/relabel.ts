/** Words of the relabel screen. */
import { area } from '../area.ts'

export const relabel = area({
  en: { title: 'Relabel' },
  'zh-CN': { title: '重新标注' },
  ko: { title: '재라벨링' },
})
