/** The table of all shape rules, by operator (`domain:Op` outside ONNX's own domain). */
import type { Node } from '../model.ts'
import { constants } from './constant.ts'
import { convolution } from './convolution.ts'
import { elementwise } from './elementwise.ts'
import type { Rule } from './fact.ts'
import { layout } from './layout.ts'
import { matrix } from './matrix.ts'
import { normalization } from './normalization.ts'
import { reduction } from './reduction.ts'
import { selection } from './selection.ts'

const rules = new Map<string, Rule>([
  ...constants,
  ...convolution,
  ...elementwise,
  ...layout,
  ...matrix,
  ...normalization,
  ...reduction,
  ...selection,
])

/** An operator's name with its domain where that is not ONNX's own. */
export function operatorName(node: Node): string {
  return node.domain === '' ? node.op : `${node.domain}:${node.op}`
}

/** The rule of an operator, or undefined for one that is not known. */
export function ruleOf(node: Node): Rule | undefined {
  return rules.get(operatorName(node))
}
