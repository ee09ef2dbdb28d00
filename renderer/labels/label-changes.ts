/** Changes given labels and truth, says what was done, and takes it back. */
import type { Selection } from '../../core/contract/api/browse.ts'
import type { LabelField, LabelsChanged } from '../../core/contract/api/labels.ts'
import { api } from '../api/client.ts'
import { formatNumber } from '../i18n/format.ts'
import { translate } from '../i18n/index.ts'
import { useNotices } from '../stores/notices.ts'
import { useSettings } from '../stores/settings.ts'

/** Which edits an undo or redo is about. */
export type LabelTarget = { change: string } | { image: number }

export function useLabelChanges() {
  const notices = useNotices()
  const settings = useSettings()
  const signed = (): { id: string; author: string } => ({
    id: crypto.randomUUID(),
    author: settings.settings.author,
  })

  /** Null where it failed, which is said. */
  async function attempt(action: () => Promise<LabelsChanged>): Promise<LabelsChanged | null> {
    try {
      return await action()
    } catch (error) {
      notices.fail(translate('labels.failed'), error)
      return null
    }
  }

  const undo = (field: LabelField, of: LabelTarget): Promise<LabelsChanged | null> =>
    attempt(() => api('labels.undo', { ...signed(), field, of }))
  const redo = (field: LabelField, of: LabelTarget): Promise<LabelsChanged | null> =>
    attempt(() => api('labels.redo', { ...signed(), field, of }))

  /** Says how many labels are another class now, with a way back. `done` is called after that too. */
  function tell({ change, changed }: LabelsChanged, name: string, done: () => void): void {
    const back = async (): Promise<void> => {
      const undone = await undo('label', { change })
      if (!undone) return
      done()
      notices.show({
        tone: 'info',
        title: translate('labels.undone', { n: formatNumber(undone.changed) }),
        ...(undone.left > 0 ? { text: translate('labels.left', { n: formatNumber(undone.left) }) } : {}),
      })
    }
    notices.show({
      tone: 'success',
      title: translate('labels.changed', { n: formatNumber(changed), name }),
      ...(changed > 0 ? { action: { label: translate('labels.undo'), run: () => void back() } } : {}),
    })
  }

  return {
    undo,
    redo,
    tell,
    setLabel: (selection: Selection, to: number | null): Promise<LabelsChanged | null> =>
      attempt(() => api('labels.set', { ...signed(), selection, to })),
    setTruth: (image: number, to: number[] | null): Promise<LabelsChanged | null> =>
      attempt(() => api('labels.setTruth', { ...signed(), selection: { ids: [image] }, to })),
  }
}
