/** What the tour sees of the image on the annotate screen: the edits in force, and the target of the whole image. */
import { computed, type ComputedRef } from 'vue'
import { targetOf, wholeImage } from '../../labelmap/targets.ts'
import { useAnnotate } from '../../screens/annotate/state/store.ts'
import { useTour } from '../../stores/tour.ts'
import type { TourFacts } from '../../stores/tour-steps.ts'

/** null: nothing to see, or the tour does not look at the moment. */
export function useTourFacts(): ComputedRef<TourFacts | null> {
  const screen = useAnnotate()
  const tour = useTour()
  return computed(() => {
    if (tour.status !== 'open' || (tour.step !== 'paint' && tour.step !== 'target')) return null
    const [image, shown, ground] = [screen.image, screen.shown, screen.ground]
    if (!image || !shown || !ground) return null
    const edits = screen.history.done.map(edit => edit.id)
    const { probabilities } = targetOf(ground.targeter, shown.map, wholeImage(image.size), image.size)
    return { image: image.info.item.id, edits, target: probabilities }
  })
}
