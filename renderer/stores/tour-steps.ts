/** The tour on the sample as plain data: its steps, and what completes each; pure. */
import { tourSteps, type Settings } from '../../core/contract/api/app.ts'

export type TourStep = (typeof tourSteps)[number]

/** What the tour can see of the open image. */
export interface TourFacts {
  image: number
  /** Ids of the edits in force. */
  edits: readonly string[]
  /** Probability of each class of the project in the target of the whole image. */
  target: Float32Array
}

/** How the target changed: the class that moved most, and its probability before and after. */
export interface TargetMove {
  class: number
  before: number
  after: number
}

export interface Tour {
  status: Settings['tour']['status']
  step: TourStep
  /** How the image was when the user was asked to paint. */
  base: TourFacts | null
  moved: TargetMove | null
  /** It was just started, and its image is still to be shown. */
  asked: boolean
}

export type TourEvent =
  /** `close`: skip it for now; it resumes at the same step. */
  { kind: 'start' | 'arrive' | 'next' | 'back' | 'close' } | { kind: 'saw'; facts: TourFacts }

export const firstTour: Tour = { status: 'new', step: 'picture', base: null, moved: null, asked: false }

/** A smaller change of a probability is none that a person could see. */
const leastMove = 0.0005

function moveOf(before: Float32Array, after: Float32Array): TargetMove | null {
  let move: TargetMove | null = null
  let most = leastMove
  for (let at = 0; at < before.length; at++) {
    const change = Math.abs((after[at] ?? 0) - (before[at] ?? 0))
    if (change > most) {
      most = change
      move = { class: at, before: before[at] ?? 0, after: after[at] ?? 0 }
    }
  }
  return move
}

/** The step that can be shown after a reload: what the target was before is not kept. */
export const resumable = (step: TourStep): TourStep => (step === 'target' ? 'paint' : step)

/** Whether the user may go on; the step of painting completes by painting alone. */
export const canGoOn = (tour: Tour): boolean =>
  tour.step === 'target' ? tour.moved !== null : tour.step !== 'paint'

const at = (tour: Tour, by: number): TourStep => tourSteps[tourSteps.indexOf(tour.step) + by] ?? tour.step

/** The user painted: an edit is in force that was not when it was asked for. */
function saw(tour: Tour, facts: TourFacts): Tour {
  if (tour.status !== 'open' || (tour.step !== 'paint' && tour.step !== 'target')) return tour
  const { base } = tour
  if (base === null || base.image !== facts.image) return { ...tour, step: 'paint', base: facts, moved: null }
  const painted = facts.edits.some(edit => !base.edits.includes(edit))
  const move = moveOf(base.target, facts.target)
  if (tour.step === 'paint') return painted ? { ...tour, step: 'target', moved: move } : tour
  // What was seen to move stays seen, even if the edit is undone.
  return move ? { ...tour, moved: move } : tour
}

export function reduceTour(tour: Tour, event: TourEvent): Tour {
  switch (event.kind) {
    case 'start':
      if (tour.status === 'open') return { ...tour, asked: true }
      if (tour.status === 'closed')
        return { ...tour, status: 'open', step: resumable(tour.step), base: null, asked: true }
      return { ...firstTour, status: 'open', asked: true }
    case 'arrive':
      return { ...tour, asked: false }
    case 'next':
      if (!canGoOn(tour)) return tour
      return tour.step === 'next' ? { ...tour, status: 'done' } : { ...tour, step: at(tour, 1) }
    case 'back':
      return { ...tour, step: at(tour, -1), base: null, moved: null }
    case 'close':
      return { ...tour, status: 'closed' }
    case 'saw':
      return saw(tour, event.facts)
  }
}
