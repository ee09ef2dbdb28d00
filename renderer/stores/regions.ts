/** The regions of the images in sight, for thumbnails; they follow corrections and labels. */
import { defineStore } from 'pinia'
import { watch } from 'vue'
import { mostImages, type ImageRegions } from '../../core/contract/api/maps.ts'
import { api } from '../api/client.ts'
import { onEvent } from '../api/events.ts'
import { createAnswers } from './answers.ts'
import { useProject } from './project.ts'
import { createState, readable } from './state.ts'

/** Images of one request: few, so that the first are there soon. */
const batch = Math.min(48, mostImages)
/** A few screens of thumbnails. */
const keep = 3000

export const useRegions = defineStore('regions', () => {
  const project = useProject()
  /** Raised whenever an image may have other regions. */
  const state = createState({ tick: 0 })
  const answers = createAnswers<ImageRegions>({
    batch,
    keep,
    fetch: (images, signal) => api('maps.regions', { images: [...images] }, { signal }),
    imageOf: answer => answer.image,
    changed: () => state.set({ tick: state.now().tick + 1 }),
  })

  // One text, because a new array would count as a change whenever anything about the project does.
  watch(
    () => JSON.stringify([project.info?.dir, project.info?.annotation]),
    () => {
      answers.clear()
      state.set({ tick: state.now().tick + 1 })
    },
  )
  // The names and the classes of a project are a part of what is drawn.
  watch([() => project.classes, () => project.annotation?.sure], () => answers.outdate(null))
  onEvent('images', ({ ids }) => answers.outdate(ids))
  onEvent('reset', () => answers.outdate(null))

  return readable(state, {
    of(image: number): ImageRegions | undefined {
      void state.fields.tick.value
      return answers.of(image)
    },
    /** Asks for the images in sight, those first that come first. */
    want: answers.want,
  })
})
