/** Texts about gestures with the mouse, and the search over keys and gestures. */
import type { Messages } from '../en/index.ts'

export const gestures: Messages['gestures'] = {
  search: '搜索快捷键和鼠标操作',
  searchHint: '名称（“撤销”）、按键（“ctrl z”）或鼠标操作（“拖动”）',
  found: '找到 {n} 项',
  nothing: '没有与“{text}”匹配的快捷键或鼠标操作。',
  mouse: {
    point: '指向',
    click: '单击',
    doubleClick: '双击',
    rightClick: '右键单击',
    drag: '拖动',
    middleDrag: '按住中键拖动',
    wheel: '滚轮',
  },
  titles: {
    pick: '选择图像',
    pickMore: '加入或移出选择',
    pickRange: '选择到此图像为止的所有图像',
    open: '打开图像',
    readCell: '查看单元格',
    candidates: '为区域选择类别（选择工具）',
    cellCandidates: '为单个单元格选择类别',
    paintAlone: '同上，但不吸附到区域',
    paint: '对指针下的单元格使用工具',
    crop: '绘制、移动或缩放裁剪框（裁剪检查器）',
    zoom: '以指针为中心缩放',
    pan: '移动图像',
    panMiddle: '移动图像',
    reorder: '移动类别的顺序',
    readChart: '查看图表中的数值',
    zoomChart: '放大图表中的一段',
    wholeChart: '重新显示整个图表',
  },
}
