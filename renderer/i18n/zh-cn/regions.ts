/** Texts of label maps wherever they are shown. */
import type { Messages } from '../en/index.ts'

export const regions: Messages['regions'] = {
  view: '标签图的显示方式',
  views: {
    regions: '区域',
    class: '单个类别',
    cells: '全部单元格',
  },
  viewHelp: {
    regions: '给定标签和本图中重要类别的轮廓',
    class: '一个类别在哪里，以及标签图对它有多确定',
    cells: '每个单元格中最强的类别',
  },
  notOnMap: '{name}：不在此标签图上',
  nowhere: '无处',
  below: '<{share}',
  above: '>{share}',
  others: '另有 {n} 个类别在某些单元格中领先',
  more: '+{n}',
  moreClasses: '另画出 {n} 个类别',
  drawn: '已画出：{names}',
  strip: '胶片条',
  place: '第 {n} 张，共 {all} 张',
  showStrip: '显示胶片条',
  hideStrip: '隐藏胶片条',
}
