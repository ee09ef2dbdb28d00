/** The three views of a label map, in their order. */

export const viewNames = ['regions', 'class', 'cells'] as const
/** The regions of what matters, the strength of one class, or the strongest class of every cell. */
export type ViewName = (typeof viewNames)[number]

/** The view after this one; after the last the first. */
export const nextView = (view: ViewName): ViewName =>
  viewNames[(viewNames.indexOf(view) + 1) % viewNames.length]!
