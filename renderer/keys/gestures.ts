/** Every gesture with the mouse: the screens where it works, what the mouse does, and the key that is held meanwhile. */
import type { ScreenName } from '../navigation/router.ts'

/** What the hand does; its name is a text. */
export type Mouse = 'point' | 'click' | 'doubleClick' | 'rightClick' | 'drag' | 'middleDrag' | 'wheel'

interface Declared {
  screens: readonly ScreenName[]
  mouse: Mouse
  /** As in a key combination. */
  held?: 'Ctrl' | 'Shift' | 'Alt' | 'Space'
}

const browse = ['browse'] as const
const annotate = ['annotate'] as const
const classes = ['classes'] as const
const charts = ['train', 'runs'] as const

const declared = {
  pick: { screens: browse, mouse: 'click' },
  pickMore: { screens: browse, mouse: 'click', held: 'Ctrl' },
  pickRange: { screens: browse, mouse: 'click', held: 'Shift' },
  open: { screens: browse, mouse: 'doubleClick' },

  readCell: { screens: annotate, mouse: 'point' },
  candidates: { screens: annotate, mouse: 'click' },
  cellCandidates: { screens: annotate, mouse: 'rightClick' },
  paint: { screens: annotate, mouse: 'drag' },
  paintAlone: { screens: annotate, mouse: 'drag', held: 'Alt' },
  crop: { screens: annotate, mouse: 'drag' },
  zoom: { screens: annotate, mouse: 'wheel' },
  pan: { screens: annotate, mouse: 'drag', held: 'Space' },
  panMiddle: { screens: annotate, mouse: 'middleDrag' },

  reorder: { screens: classes, mouse: 'drag' },

  readChart: { screens: charts, mouse: 'point' },
  zoomChart: { screens: charts, mouse: 'drag' },
  wholeChart: { screens: charts, mouse: 'doubleClick' },
} as const satisfies Record<string, Declared>

export type GestureId = keyof typeof declared
export const gestures: Readonly<Record<GestureId, Declared>> = declared
export const gestureIds = Object.keys(declared) as GestureId[]
