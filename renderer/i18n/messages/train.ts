/** Words of the train screen. */
import { area } from '../area.ts'

export const train = area({
  en: { title: 'Train' },
  'zh-CN': { title: '训练' },
  ko: { title: '학습' },
})
