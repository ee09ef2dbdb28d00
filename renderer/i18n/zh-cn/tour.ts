/** Texts of the tour on the sample. */
import type { Messages } from '../en/index.ts'

export const tour: Messages['tour'] = {
  start: '开始导览',
  resume: '继续导览',
  later: '以后再说',
  close: '结束导览',
  continue: '继续',
  position: '第 {at} 步，共 {all} 步',
  prepare: '示例自带的标注器先要看一遍图像，大约需要一分钟。',
  away: '导览在“标注”界面继续。',
  offer: {
    title: '导览',
    text: '在此示例上分五步：读懂模型看到了什么，修正一个单元格，再看学生模型会因此学到什么。',
  },
  picture: {
    title: '图片及其区域',
    text: '带轮廓的区域表示模型在哪里看到了什么。每个类别有自己的颜色和名称。',
  },
  cell: {
    title: '一个单元格',
    text: '指向图片，或用方向键移动：这里显示模型对该单元格中每个类别有多大把握。',
  },
  paint: {
    title: '请您动手：涂一个单元格',
    text: '现在使用画笔。选择“标为”和一个故意选错的类别，然后单击图片中的一个单元格（或用方向键移到那里并按 Enter）。',
  },
  target: {
    title: '目标随之变化',
    text: '这是学生模型会从整张图像学到的内容。您的修正会立即改变它。',
    moved: '{name}：{before} → {after}',
    still: '还没有变化。请用另一个类别涂一个单元格。',
  },
  next: {
    title: '接下来去哪里',
    text: '按 Ctrl+Z 可撤销您的修正。“审核”列出最值得一看的图像；“训练”用来训练学生模型。',
  },
}
