/**
 * The supervisions by name, and the functions that use one; they fail with a clear error if something that it needs is
 * missing.
 */
import { fail } from '../../base/error.ts'
import type { Recipe } from '../../contract/recipe.ts'
import { supervisionNeeds } from '../../contract/supervision.ts'
import type { Need, SupervisionName } from '../../contract/supervision.ts'
import { clean } from './clean.ts'
import { distill } from './distill.ts'
import { globalMulti } from './global-multi.ts'
import { globalSingle } from './global-single.ts'
import { localizedSingle } from './localized-single.ts'
import { onehot } from './onehot.ts'
import { relabel } from './relabel.ts'
import { smooth } from './smooth.ts'
import type {
  Answers,
  PrepareBase,
  PreparedLabels,
  PrepareGiven,
  Supervision,
  TargetBase,
  TargetGiven,
  TargetMaker,
} from './supervision.ts'

const table: { readonly [Name in SupervisionName]: Supervision<Name> } = {
  onehot,
  smooth,
  clean,
  relabel,
  'localized-single': localizedSingle,
  'global-multi': globalMulti,
  'global-single': globalSingle,
  distill,
}

const texts: Record<Need, string> = {
  label: 'given labels',
  maps: 'label maps',
  votes: "the annotator's votes",
  answers: 'the annotator',
}

/** The supervision of this name. */
export function supervisionOf(name: SupervisionName): Supervision {
  return table[name] as Supervision
}

/** Any part of something. */
type Some<Whole> = { [Key in keyof Whole]?: Whole[Key] | undefined }

/** The parts of the available data that a supervision needs; throws `usage` if something is missing. */
function provide<Given extends object>(
  name: SupervisionName,
  keys: readonly Need[],
  given: Some<Given>,
): Given {
  const wanted = keys.filter(key => (supervisionNeeds[name] as readonly Need[]).includes(key))
  const all = given as Partial<Record<Need, unknown>>
  for (const need of wanted)
    if (all[need] === undefined) fail('usage', `${name} supervision needs ${texts[need]}`)
  return Object.fromEntries(wanted.map(need => [need, all[need]])) as Given
}

/**
 * The target maker, or undefined if targets are made from the annotator's answers to whole batches. It sees only what
 * its supervision needs. Throws `usage` if something is missing.
 */
export function targetMaker(
  name: SupervisionName,
  base: TargetBase,
  given: Some<TargetGiven>,
): TargetMaker | undefined {
  const needed = provide<TargetGiven>(name, ['label', 'maps'], given)
  return supervisionOf(name).target?.({ ...base, ...needed })
}

/**
 * How a supervision changes the labels before training; undefined: not at all. Throws `usage` if the votes are missing.
 */
export function prepareLabels(
  name: SupervisionName,
  base: PrepareBase,
  given: Some<PrepareGiven>,
): PreparedLabels | undefined {
  const needed = provide<PrepareGiven>(name, ['votes'], given)
  return supervisionOf(name).prepare?.({ ...base, ...needed })
}

/**
 * Writes targets [count, classes] from the annotator's answers; throws `usage` for a supervision that does not use
 * answers.
 */
export function answerTargets(given: Answers, out: Float32Array): void {
  const supervision = supervisionOf(given.recipe.supervision)
  if (!supervision.answers) fail('usage', `${supervision.name} supervision takes no answers of the annotator`)
  supervision.answers(given, out)
}

/** The supervision's name in a list of runs. */
export function titleOf(recipe: Recipe): string {
  return supervisionOf(recipe.supervision).title?.(recipe) ?? recipe.supervision
}
