/** Technical terms behind the plain words of the screens: the term, and one sentence that explains it. */
import type { Messages } from '../en/index.ts'

export const terms: Messages['terms'] = {
  labelMap: {
    name: '标签图（label map）',
    text: '覆盖图像的单元格网格；每个单元格保留最强的几个类别及其得分。',
  },
  k: {
    name: 'K',
    text: '标签图的每个单元格保留多少个最强类别；越多越精确，占用空间也越大。',
  },
  logit: {
    name: 'Logit',
    text: '分类器给每个类别的得分，尚未换算成概率。',
  },
  fill: {
    name: '填充 logit',
    text: '单元格中没有保留的类别在该处视为具有的得分。',
  },
  softmax: {
    name: 'Softmax',
    text: '把所有类别的得分换算成总和为 100% 的概率。',
  },
  kl: {
    name: 'KL 散度（单位 nat）',
    text: '仅用保留类别得到的目标与用全部类别得到的目标相差多少，取随机裁剪的平均值；0 表示相同。',
  },
  topOne: {
    name: 'Top-1 一致率',
    text: '只使用保留类别时，最强类别保持不变的比例。',
  },
  target: {
    name: '软目标（soft target）',
    text: '学生模型学习的各类别概率：标签图对整张图像或其中一块裁剪的判断。',
  },
  roiAlign: {
    name: 'RoIAlign',
    text: '精确读取裁剪框下方的标签图，单元格之间也能读取；这里是以单元格为单位的裁剪边界。',
  },
  axes: {
    name: '坐标轴互换',
    text: '论文公开的代码在读取裁剪时把高和宽弄反了；“已发表”照此处理，以便比较。',
  },
  surgery: {
    name: '改造（surgery）',
    text: '去掉分类器末端的池化，使它对每个单元格分别作答，而不是对整张图像只作一次答。',
  },
  head: {
    name: '头部（head）',
    text: '分类器的末端：池化，以及给出各类别得分的线性层。',
  },
  normalisation: {
    name: '归一化',
    text: '每个颜色通道减去均值并除以标准差，与训练该分类器时相同。',
  },
  confidence: {
    name: '置信度',
    text: '整张图像的目标中最强类别的概率。',
  },
  margin: {
    name: '领先幅度（margin）',
    text: '整张图像的目标中，最强类别领先第二名多少个百分点。',
  },
  entropy: {
    name: '熵（entropy）',
    text: '目标在各类别之间分布得有多均匀，以占最大可能值的比例表示。',
  },
  gain: {
    name: '审核分数',
    text: '估计看一眼这张图像有多值得，范围 0 到 1；队列从最高分开始。',
  },
}
