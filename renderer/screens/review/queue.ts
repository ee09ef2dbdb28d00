/** The review queue as plain data: the current image, the following ones, and the marks that can be undone. */
import type { ImageItem } from '../../../core/contract/api/browse.ts'
import type { ReviewState } from '../../../core/contract/review-state.ts'

export type Mark = Exclude<ReviewState, 'none'>

export interface Queue {
  /** The first one is the current image. */
  items: readonly ImageItem[]
  /** Marks of this visit, oldest first. */
  done: readonly { item: ImageItem; state: Mark }[]
  /** The backend has no more images than these. */
  whole: boolean
}

export const emptyQueue: Queue = { items: [], done: [], whole: false }

/** Adds the backend's next images; skips those that are already marked (perhaps not saved yet) or known. */
export function topUp(queue: Queue, fresh: readonly ImageItem[], total: number): Queue {
  const known = new Set([...queue.items, ...queue.done.map(mark => mark.item)].map(item => item.id))
  const items = [...queue.items, ...fresh.filter(item => !known.has(item.id))]
  return { ...queue, items, whole: fresh.length >= total }
}

/** Marks the current image and moves to the next one. */
export function mark(queue: Queue, state: Mark): Queue {
  const [item, ...items] = queue.items
  return item ? { ...queue, items, done: [...queue.done, { item, state }] } : queue
}

/** An image has other labels now. */
export const renewed = (queue: Queue, item: ImageItem): Queue => ({
  ...queue,
  items: queue.items.map(one => (one.id === item.id ? item : one)),
})

/** Undoes the last mark; its image becomes the current one. */
export function back(queue: Queue): Queue {
  const last = queue.done.at(-1)
  return last ? { ...queue, items: [last.item, ...queue.items], done: queue.done.slice(0, -1) } : queue
}

/** A mark could not be saved: its image becomes the first one again. */
export function unmark(queue: Queue, id: number): Queue {
  const failed = queue.done.find(mark => mark.item.id === id)
  if (!failed) return queue
  return {
    ...queue,
    items: [failed.item, ...queue.items],
    done: queue.done.filter(mark => mark !== failed),
  }
}

/** All images of this visit in their order: those that are marked, the current one, those that follow. */
export const listed = ({ items, done }: Queue): ImageItem[] => [
  ...done.map(({ item, state }) => ({ ...item, review: state })),
  ...items,
]

/** A following image becomes the current one; those before it come after it. */
export function bringForward(queue: Queue, id: number): Queue {
  const item = queue.items.find(one => one.id === id)
  return item ? { ...queue, items: [item, ...queue.items.filter(one => one !== item)] } : queue
}

/** Marks that can still be undone after the queue is reloaded. */
const longestDone = 200

/** The backend may have more images by now, including unmarked ones. */
export const reopened = (queue: Queue): Queue => ({
  ...queue,
  whole: false,
  done: queue.done.slice(-longestDone),
})
