/** The given label and the truth of the image that is shown, with their history, and changes to them. */
import { shallowRef, watch, type ShallowRef } from 'vue'
import type { LabelField, LabelHistory, LabelsChanged } from '../../core/contract/api/labels.ts'
import type { ImageItem } from '../../core/contract/api/browse.ts'
import { api } from '../api/client.ts'
import { onEvent } from '../api/events.ts'
import { useLabelChanges } from './label-changes.ts'

/** What a screen shows of an image and a change may make another. */
export interface Relabelled {
  item: ImageItem
  truth: number[] | null
}

export interface ImageLabels {
  /** Null: not read yet. */
  history: Readonly<ShallowRef<LabelHistory | null>>
  setLabel(to: number | null): void
  setTruth(to: number[]): void
  undo(field: LabelField): void
  redo(field: LabelField): void
}

/** `image`: id of the image that is shown; `told` gets it as it is after a change. */
export function useImageLabels(
  image: () => number | undefined,
  told: (now: Relabelled) => void,
): ImageLabels {
  const changes = useLabelChanges()
  const history = shallowRef<LabelHistory | null>(null)
  let asked = 0

  async function read(renew: boolean): Promise<void> {
    const id = image()
    const mine = ++asked
    if (id === undefined) {
      history.value = null
      return
    }
    // What cannot be read is told by the screen, which reads the image too.
    const found = await Promise.all([
      api('labels.get', { image: id }),
      renew ? api('images.get', { id }) : null,
    ]).catch(() => null)
    if (mine !== asked || !found) return
    history.value = found[0]
    if (found[1]) told({ item: found[1].item, truth: found[1].truth })
  }

  async function change(action: (id: number) => Promise<LabelsChanged | null>): Promise<void> {
    const id = image()
    if (id === undefined) return
    await action(id)
    await read(true)
  }

  watch(
    image,
    () => {
      history.value = null
      void read(false)
    },
    { immediate: true },
  )
  onEvent('images', ({ ids }) => {
    const id = image()
    if (id !== undefined && (ids === null || ids.includes(id))) void read(true)
  })

  return {
    history,
    setLabel: to => void change(id => changes.setLabel({ ids: [id] }, to)),
    setTruth: to => void change(id => changes.setTruth(id, to)),
    undo: field => void change(id => changes.undo(field, { image: id })),
    redo: field => void change(id => changes.redo(field, { image: id })),
  }
}
