/** Messages between the backend and its decoding process. */
import type { FileStamp } from '../../../core/base/files/stamp.ts'
import type { Picture } from '../../../core/image/picture.ts'
import type { WireError } from '../../../core/base/wire-error.ts'

/** What to make of a file. */
export interface MediaTask {
  file: string
  /** Which file of this name: what is known of another one does not hold for it. */
  stamp: FileStamp
  kind: 'thumbnail' | 'display'
  /** Longest side, pixels. */
  side: number
}

export interface ToMedia {
  id: number
  task: MediaTask
}

export type FromMedia = { id: number } & ({ picture: Picture } | { error: WireError })
