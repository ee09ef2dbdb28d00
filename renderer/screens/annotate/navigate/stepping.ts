/** Navigation between images as plain data: a key that is pressed before the neighbours are known is queued. */

/** The current position. */
export interface Stepping {
  /** The image with these neighbours, or the one being looked up; null: none yet. */
  image: number | null
  /** Ids of the neighbours; null: not known yet. */
  neighbours: { previous: number | null; next: number | null } | null
  /** Pending steps; negative: backwards. */
  owed: number
}

/** The result of a step. */
export interface Stepped {
  now: Stepping
  /** Image to go to; null: stay. */
  go: number | null
}

export const nowhere: Stepping = { image: null, neighbours: null, owed: 0 }

/** An image is shown. Pending steps are kept only if a step led to this image. */
export function begin(stepping: Stepping, image: number): Stepping {
  return stepping.image === image ? { ...stepping, neighbours: null } : { ...nowhere, image }
}

/** Asks for the next (1) or the previous image (−1). */
export function step(stepping: Stepping, by: 1 | -1): Stepped {
  const asked = { ...stepping, owed: stepping.owed + by }
  return asked.neighbours ? settle(asked, asked.neighbours) : { now: asked, go: null }
}

/** The neighbours are known; makes the first pending step. */
export const found = (stepping: Stepping, neighbours: NonNullable<Stepping['neighbours']>): Stepped =>
  settle(stepping, neighbours)

function settle(stepping: Stepping, { previous, next }: NonNullable<Stepping['neighbours']>): Stepped {
  const { owed } = stepping
  const to = owed > 0 ? next : owed < 0 ? previous : null
  // At an end, pending steps are dropped.
  if (to === null) return { now: { ...stepping, neighbours: { previous, next }, owed: 0 }, go: null }
  return { now: { image: to, neighbours: null, owed: owed - Math.sign(owed) }, go: to }
}

/** Whether a step is possible; while the neighbours are unknown, it is. */
export function canStep({ image, neighbours }: Stepping, by: 1 | -1): boolean {
  if (neighbours === null) return image !== null
  return (by > 0 ? neighbours.next : neighbours.previous) !== null
}
