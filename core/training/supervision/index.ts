/** The supervisions by name: which maker writes the targets, and what it needs. */
import { fail } from '../../base/error.ts'
import type { SupervisionName } from '../../contract/recipe.ts'
import type { TargetContext, TargetMaker } from './context.ts'
import { globalMulti } from './global-multi.ts'
import { globalSingle } from './global-single.ts'
import { localizedSingle } from './localized-single.ts'
import { onehot } from './onehot.ts'
import { relabel } from './relabel.ts'
import { smooth } from './smooth.ts'

/** Targets come from the label maps of the crops or images. */
function pools(name: SupervisionName): boolean {
  return ['relabel', 'localized-single', 'global-multi', 'global-single'].includes(name)
}

/** Needs an annotation's label maps before or while training. */
export function needsMaps(name: SupervisionName): boolean {
  return pools(name) || name === 'clean'
}

/** Needs each image's given label. */
export function needsLabels(name: SupervisionName): boolean {
  return name === 'onehot' || name === 'smooth' || name === 'clean'
}

/** The maker of targets, or undefined for `distill`, whose targets are made from whole batches. */
export function targetMaker(name: SupervisionName, context: TargetContext): TargetMaker | undefined {
  const maps = (): NonNullable<TargetContext['maps']> =>
    context.maps ?? fail('usage', `${name} supervision needs label maps`)
  switch (name) {
    case 'onehot':
    case 'clean': // the labels were cleaned beforehand
      return onehot(context)
    case 'smooth':
      return smooth(context)
    case 'relabel':
      return relabel(maps())
    case 'localized-single':
      return localizedSingle(maps())
    case 'global-multi':
      return globalMulti(maps())
    case 'global-single':
      return globalSingle(maps())
    case 'distill':
      return undefined
  }
}
