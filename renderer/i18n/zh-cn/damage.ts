/** Words about a damaged project, and how it comes back. */
import type { Messages } from '../en/index.ts'

export const damage: Messages['damage'] = {
  offer: '恢复副本',
  offerText:
    'Relabel Studio 会保留数据库的副本。恢复时，副本会替换损坏的文件（损坏的文件保留在旁边），然后根据日志重做此后的每一次修正和审核标记。',
  looking: '正在查找副本…',
  lookingFailed: '无法列出副本',
  none: '没有副本。请放回您自己的备份，或重新创建项目并重放其日志：方法见 docs/project-format.md。',
  made: '{time} 的副本',
  since: '此后进行并将重放：修正 {corrections} 次，标记图像 {marks} 张',
  broken: '该副本也已损坏',
  restore: '恢复并打开',
  restoreOf: '恢复并打开 {time} 的副本',
  restoring: '正在恢复…',
  restoreFailed: '无法恢复该副本',
  restored: '已恢复 {time} 的副本',
  replayed: '从日志重放的步骤：{n}。',
  kept: '损坏的文件保留为 {file}。',
  notReplayed: '无法重放的步骤：{n}',
  found: '此项目的数据库有一部分已损坏。其余部分可以继续使用。',
  show: '如何处理…',
  hide: '隐藏此消息',
  title: '{name} 中的损坏',
  list: '发现的问题',
  rest: '未列出的内容没有发现损坏。在您恢复副本之前，不会更改任何内容。',
}
