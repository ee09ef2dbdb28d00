/** Texts of the list of annotations. */
import type { Messages } from '../en/index.ts'

export const annotations: Messages['relabel']['annotations'] = {
  title: '标注',
  none: '还没有标注',
  noneText: '在上方开始一个；之后用于浏览、修正和训练。',
  current: '正在显示',
  use: '显示此标注',
  notUsed: '无法选择该标注',
  unfinished: '未完成',
  unfinishedText: '用相同设置再次开始即可继续。',
  details: '来源',
  facts: '{size} 像素 · K = {k} · {classes} 个类别 · 误差 {error}',
  records: '标签图',
  recordsValue: '{n}（{bytes}）',
  scored: '已为浏览测量',
  file: '标注器文件',
  hash: 'SHA-256',
  resize: '缩放',
  normalisation: '均值、标准差',
  logits: 'Logit',
  fill: '未列出类别的 logit',
  mapped: '匹配的类别',
  mappedValue: '{n} / {all}',
  program: '程序',
  created: '开始于',
  failed: '无法读取其来源',
}
