/** What an operation is called under another annotation: the same one on the counterparts of its classes. */
import type { Operation } from '../../contract/api/corrections.ts'
import { foreignClassOf, shownClassOf, type ClassSpace } from '../class-space.ts'
import { namesShown } from './plan.ts'

/** The ways from the classes of one annotation to those of another. */
export interface ClassesThere {
  /** Map class of the source → the other annotator's own class; null: it has none. */
  annotatorClass: (id: number) => number | null
  /** Map class of the source → the class that the destination shows; null: neither project nor annotator has it. */
  shownClass: (id: number) => number | null
  source: ClassSpace
}

/** `counterparts` [classes of the source's annotator]: the same class of the destination's annotator, or −1. */
export function classesThere(
  source: ClassSpace,
  destination: ClassSpace,
  counterparts: ArrayLike<number>,
): ClassesThere {
  const annotatorClass = (id: number): number | null => {
    const there = id < source.classMap.annotatorClasses ? (counterparts[id] ?? -1) : -1
    return there >= 0 ? there : null
  }
  const shownClass = (id: number): number | null => {
    const shown = shownClassOf(source, id)
    if (foreignClassOf(shown) === null)
      return shownClassOf(destination, destination.classMap.annotatorClasses + shown)
    const there = annotatorClass(id)
    return there === null ? null : shownClassOf(destination, there)
  }
  return { annotatorClass, shownClass, source }
}

/** An operation of the destination, or why there is none and the class, as the source shows it. */
export type OperationThere = { operation: Operation } | { reason: 'no-class' | 'one-class'; class: number }

/**
 * The operation under the other annotation, in shown classes. One of an earlier version, which names annotator classes, still
 * does if the other annotator has these classes.
 */
export function operationThere(operation: Operation, classes: ClassesThere): OperationThere {
  const { source } = classes
  const isShown = namesShown(operation)
  const named = [operation.class, operation.to].map(id =>
    id === null || !isShown ? id : (foreignClassOf(id) ?? source.classMap.annotatorClasses + id),
  )
  const translate = (to: (id: number) => number | null): (number | null)[] =>
    named.map(id => (id === null ? null : to(id)))
  const isWhole = (found: (number | null)[]): boolean =>
    named.every((id, i) => id === null || found[i] !== null)
  const own = isShown ? null : translate(classes.annotatorClass)
  const found = own && isWhole(own) ? own : translate(classes.shownClass)
  const missing = named.find((id, i) => id !== null && found[i] === null)
  if (typeof missing === 'number') return { reason: 'no-class', class: shownClassOf(source, missing) }
  const [id = null, to = null] = found
  if (id !== null && id === to) return { reason: 'one-class', class: shownClassOf(source, named[0]!) }
  const { kind, amount, what } = operation
  return {
    operation: { kind, amount, what, class: id, to, ...(found === own ? {} : { ids: 'shown' as const }) },
  }
}
