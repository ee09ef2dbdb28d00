/** Every action that can be bound to a key: its contexts, and its keys in each preset. */
import type { keyPresets } from '../../core/contract/api/app.ts'

export type KeyPreset = (typeof keyPresets)[number]

/** The context of an action; `global` is everywhere. */
export type KeyContext = 'global' | 'browse' | 'annotate' | 'review'

interface Declared {
  contexts: readonly KeyContext[]
  /** The keys of the labelme preset; other presets inherit them unless they differ. */
  keys: readonly string[]
  cvat?: readonly string[]
  studio?: readonly string[]
}

const everywhere = ['global'] as const
const browse = ['browse'] as const
const annotate = ['annotate'] as const
const seeing = ['annotate', 'review'] as const
const review = ['review'] as const

const recent = <N extends number>(n: N): Declared => ({
  contexts: annotate,
  keys: [String(n)],
  cvat: [String(n), `Ctrl+${n}`],
})

const declared = {
  'go.start': { contexts: everywhere, keys: ['Alt+1'] },
  'go.browse': { contexts: everywhere, keys: ['Alt+2'] },
  'go.annotate': { contexts: everywhere, keys: ['Alt+3'] },
  'go.review': { contexts: everywhere, keys: ['Alt+4'] },
  'go.classes': { contexts: everywhere, keys: ['Alt+9'] },
  'go.relabel': { contexts: everywhere, keys: ['Alt+5'] },
  'go.train': { contexts: everywhere, keys: ['Alt+6'] },
  'go.runs': { contexts: everywhere, keys: ['Alt+7'] },
  'go.settings': { contexts: everywhere, keys: ['Alt+8', 'Ctrl+,'], cvat: ['Alt+8', 'F2'] },
  help: { contexts: everywhere, keys: ['?', 'F1'] },
  undo: { contexts: everywhere, keys: ['Ctrl+Z'] },
  redo: { contexts: everywhere, keys: ['Ctrl+Shift+Z', 'Ctrl+Y'] },
  search: { contexts: everywhere, keys: ['/', 'Ctrl+K'] },

  'browse.open': { contexts: browse, keys: ['Enter'], studio: ['Enter', 'Shift+ArrowRight'] },
  'browse.next': { contexts: browse, keys: ['D'], cvat: ['F'], studio: ['Shift+ArrowDown'] },
  'browse.previous': { contexts: browse, keys: ['A'], cvat: ['D'], studio: ['Shift+ArrowUp'] },
  'browse.select': { contexts: browse, keys: ['X', 'Space'] },
  'browse.selectAll': { contexts: browse, keys: ['Ctrl+A'] },
  'browse.clear': { contexts: browse, keys: ['Escape'] },
  'browse.regions': { contexts: browse, keys: ['H'] },

  'image.next': { contexts: annotate, keys: ['D'], cvat: ['F'], studio: ['Shift+ArrowDown'] },
  'image.previous': { contexts: annotate, keys: ['A'], cvat: ['D'], studio: ['Shift+ArrowUp'] },
  'tool.select': { contexts: annotate, keys: ['Z'] },
  'tool.brush': { contexts: annotate, keys: ['B'] },
  'tool.rectangle': { contexts: annotate, keys: ['R', 'Ctrl+R'], cvat: ['R', 'N'], studio: ['R'] },
  'tool.region': { contexts: annotate, keys: ['G'] },
  'tool.image': { contexts: annotate, keys: ['I'] },
  'tool.inspect': { contexts: annotate, keys: ['C'] },
  'op.label': { contexts: annotate, keys: ['P'] },
  'op.also': { contexts: annotate, keys: ['U'] },
  'op.not': { contexts: annotate, keys: ['N'], cvat: ['Shift+N'] },
  'op.nothing': { contexts: annotate, keys: ['O'] },
  'op.really': { contexts: annotate, keys: ['Y'] },
  snap: { contexts: annotate, keys: ['K'] },
  'op.raise': { contexts: annotate, keys: ['Q'] },
  'op.lower': { contexts: annotate, keys: ['W'] },
  'op.set': { contexts: annotate, keys: ['S'] },
  'op.remove': { contexts: annotate, keys: ['X'], studio: ['X', 'E'] },
  'op.swap': { contexts: annotate, keys: ['E'], studio: ['T'] },
  'brush.larger': { contexts: annotate, keys: [']'] },
  'brush.smaller': { contexts: annotate, keys: ['['] },
  'class.pick': { contexts: annotate, keys: ['L'] },
  'class.recent1': recent(1),
  'class.recent2': recent(2),
  'class.recent3': recent(3),
  'class.recent4': recent(4),
  'class.recent5': recent(5),
  'class.recent6': recent(6),
  'class.recent7': recent(7),
  'class.recent8': recent(8),
  'class.recent9': recent(9),
  'view.fit': { contexts: seeing, keys: ['Shift+1', 'Ctrl+F'], cvat: ['Shift+1'], studio: ['Shift+1'] },
  'view.actual': { contexts: seeing, keys: ['Shift+2', 'Ctrl+0'], cvat: ['Shift+2'], studio: ['Shift+2'] },
  'view.zoomIn': { contexts: seeing, keys: ['+', '=', 'Ctrl+='], cvat: ['+', '='], studio: ['+', 'Ctrl+='] },
  'view.zoomOut': { contexts: seeing, keys: ['-', 'Ctrl+-'], cvat: ['-'], studio: ['-', 'Ctrl+-'] },
  'overlay.toggle': { contexts: seeing, keys: ['H'] },
  'overlay.alone': { contexts: seeing, keys: ['V'] },
  'overlay.mode': { contexts: seeing, keys: ['M'] },
  'strip.toggle': { contexts: seeing, keys: ['Shift+V'] },
  'overlay.moreOpaque': { contexts: seeing, keys: ['.'] },
  'overlay.lessOpaque': { contexts: seeing, keys: [','] },
  'cell.up': { contexts: seeing, keys: ['ArrowUp'] },
  'cell.down': { contexts: seeing, keys: ['ArrowDown'] },
  'cell.left': { contexts: seeing, keys: ['ArrowLeft'] },
  'cell.right': { contexts: seeing, keys: ['ArrowRight'] },
  'cell.apply': { contexts: annotate, keys: ['Enter'] },
  'cell.candidates': { contexts: annotate, keys: ['Shift+Enter'] },
  'cell.revert': { contexts: annotate, keys: ['Backspace', 'Delete'] },

  'mark.accepted': { contexts: annotate, keys: ['Shift+A'] },
  'mark.fixed': { contexts: annotate, keys: ['Shift+X'] },
  'mark.skipped': { contexts: annotate, keys: ['Shift+S'] },
  'mark.flagged': { contexts: annotate, keys: ['Shift+F'] },
  'annotate.toReview': { contexts: annotate, keys: ['Shift+R'] },

  'review.accept': { contexts: review, keys: ['A', 'Enter'], studio: ['A', 'Ctrl+Enter'] },
  'review.fix': { contexts: review, keys: ['F'] },
  'review.skip': { contexts: review, keys: ['S'], studio: ['S', 'Ctrl+Space'] },
  'review.flag': { contexts: review, keys: ['G'] },
  'review.relabel': { contexts: review, keys: ['W'] },
  'review.label': { contexts: review, keys: ['L'] },
  'review.back': { contexts: review, keys: ['Z', 'Backspace'] },
} as const satisfies Record<string, Declared>

export type ActionId = keyof typeof declared
export const actions: Readonly<Record<ActionId, Declared>> = declared
export const actionIds = Object.keys(declared) as ActionId[]

/** Keys of an action in a preset, without the user's own. */
export function presetKeys(id: ActionId, preset: KeyPreset): readonly string[] {
  const action = actions[id]
  if (preset === 'cvat') return action.cvat ?? action.keys
  if (preset === 'label-studio') return action.studio ?? action.keys
  return action.keys
}
