/** A few images of each class, asked for only while their rows are in sight. */
import { shallowReactive } from 'vue'
import { api } from '../../api/client.ts'

/** Images of a row. */
export const exampleCount = 3
const parallel = 2

export interface Examples {
  /** Ids of images; undefined: not known yet. */
  of(index: number): readonly number[] | undefined
  /** The classes in sight: others that wait are given up. */
  want(classes: readonly number[]): void
  /** The images changed. */
  forget(): void
}

export function createExamples(): Examples {
  const known = shallowReactive(new Map<number, readonly number[]>())
  let waiting: number[] = []
  const asked = new Set<number>()
  let round = 0

  async function ask(index: number): Promise<void> {
    const turn = round
    asked.add(index)
    try {
      const filter = { classes: [index], problem: false }
      const query = { filter, sort: { by: 'name' as const, descending: false } }
      const { items } = await api('browse.page', { query, offset: 0, limit: exampleCount })
      if (turn === round)
        known.set(
          index,
          items.map(item => item.id),
        )
    } catch {
      if (turn === round) known.set(index, []) // the images are told of elsewhere
    } finally {
      asked.delete(index)
      next()
    }
  }

  function next(): void {
    while (asked.size < parallel && waiting.length > 0) {
      const index = waiting.shift()!
      if (!known.has(index) && !asked.has(index)) void ask(index)
    }
  }

  return {
    of: index => known.get(index),
    want(classes) {
      waiting = classes.filter(index => !known.has(index))
      next()
    },
    forget() {
      round++
      known.clear()
    },
  }
}
