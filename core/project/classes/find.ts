/** Finds a class by what a person calls it: number, wnid, short name, name or synonym. */
import { fail } from '../../base/error.ts'
import type { ProjectClass } from '../../contract/class-entry.ts'
import { knownNames, normalName } from '../../labelmap/match-classes.ts'

/** The only class that `text` means. Throws `not-found`, or `usage`, naming the classes, where there are several. */
export function findClass(classes: readonly ProjectClass[], text: string): ProjectClass {
  const wanted = normalName(text)
  const ways: ((one: ProjectClass) => boolean)[] = [
    one => String(one.index) === text.trim(),
    one => one.wnid === text.trim(),
    one => normalName(one.short) === wanted,
    one => normalName(one.name) === wanted,
    one => knownNames(one).includes(wanted),
  ]
  for (const is of ways) {
    const found = classes.filter(is)
    if (found.length === 1) return found[0]!
    if (found.length > 1) {
      const which = found.slice(0, 5).map(one => `${one.index} (${one.name})`)
      return fail('usage', `"${text}" is the name of several classes: ${which.join(', ')}; give the number`)
    }
  }
  return fail(
    'not-found',
    `the project has no class "${text}"; give a number, a WordNet id or a name ("relabel classes list" has them all)`,
    { class: text },
  )
}
