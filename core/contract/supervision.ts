/** The supervisions by name and what each needs, shared by the page, the recipe, the loader and the run. */

/**
 * What a supervision can require. `label`: each image's given label; `maps`: the label map behind every crop; `votes`:
 * the annotator's vote on whole images, once before training; `answers`: the annotator itself, run on every crop.
 */
export type Need = 'label' | 'maps' | 'votes' | 'answers'

/** The supervisions, in display order. */
export const supervisionNeeds = {
  onehot: ['label'],
  smooth: ['label'],
  clean: ['label', 'votes'],
  relabel: ['maps'],
  'localized-single': ['maps'],
  'global-multi': ['maps'],
  'global-single': ['maps'],
  distill: ['answers'],
} as const satisfies Record<string, readonly Need[]>

/** Name of a supervision. */
export type SupervisionName = keyof typeof supervisionNeeds

/** Everything that the named supervision needs. */
export type NeedOf<Name extends SupervisionName> = (typeof supervisionNeeds)[Name][number]

/** The names in order. */
export const supervisions = Object.keys(supervisionNeeds) as readonly SupervisionName[]

/** Whether an external string names a supervision. */
export function isSupervision(name: string): name is SupervisionName {
  return Object.hasOwn(supervisionNeeds, name)
}

/** Whether a supervision needs something. */
export function needs(name: SupervisionName, what: Need): boolean {
  const all: readonly Need[] = supervisionNeeds[name]
  return all.includes(what)
}

/** Whether label maps are read before or while training. */
export function needsMaps(name: SupervisionName): boolean {
  return needs(name, 'maps') || needs(name, 'votes')
}

/** Whether it needs a finished annotation. */
export function needsAnnotation(name: SupervisionName): boolean {
  return needsMaps(name) || needs(name, 'answers')
}
