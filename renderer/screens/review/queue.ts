/** The review queue as plain data: the image in sight, those behind it, and the marks that can be taken back. */
import type { ImageItem } from '../../../core/contract/api/browse.ts'
import type { ReviewState } from '../../../core/contract/review-state.ts'

export type Mark = Exclude<ReviewState, 'none'>

export interface Queue {
  /** The first one is in sight. */
  items: readonly ImageItem[]
  /** Marks of this stay, oldest first. */
  done: readonly { item: ImageItem; state: Mark }[]
  /** The backend has no more than these. */
  whole: boolean
}

export const emptyQueue: Queue = { items: [], done: [], whole: false }

/** Takes what the backend says comes first; what is marked already (perhaps not saved yet) or known is passed over. */
export function topUp(queue: Queue, fresh: readonly ImageItem[], total: number): Queue {
  const known = new Set([...queue.items, ...queue.done.map(mark => mark.item)].map(item => item.id))
  const items = [...queue.items, ...fresh.filter(item => !known.has(item.id))]
  return { ...queue, items, whole: fresh.length >= total }
}

/** Marks the image in sight; the next one comes into sight. */
export function mark(queue: Queue, state: Mark): Queue {
  const [item, ...items] = queue.items
  return item ? { ...queue, items, done: [...queue.done, { item, state }] } : queue
}

/** Takes the last mark back: its image is in sight again. */
export function back(queue: Queue): Queue {
  const last = queue.done.at(-1)
  return last ? { ...queue, items: [last.item, ...queue.items], done: queue.done.slice(0, -1) } : queue
}

/** A mark that could not be saved: its image stands first again. */
export function unmark(queue: Queue, id: number): Queue {
  const failed = queue.done.find(mark => mark.item.id === id)
  if (!failed) return queue
  return {
    ...queue,
    items: [failed.item, ...queue.items],
    done: queue.done.filter(mark => mark !== failed),
  }
}

/** Marks that can be taken back in a queue that is asked for again. */
const longestDone = 200

/** The backend may have more by now, also of what was marked before. */
export const reopened = (queue: Queue): Queue => ({
  ...queue,
  whole: false,
  done: queue.done.slice(-longestDone),
})
