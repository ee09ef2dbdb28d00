/** Words of the annotate screen. */
import { area } from '../area.ts'
import { en } from './annotate/en.ts'
import { ko } from './annotate/ko.ts'
import { zhCn } from './annotate/zh-cn.ts'

export const annotate = area({ en, 'zh-CN': zhCn, ko })
