/** The decoding process: files of unknown origin are opened here, where a crash takes nothing else down. */
import { toWire } from '../../../core/base/wire-error.ts'
import { displayPicture, thumbnail } from '../../../core/image/picture.ts'
import type { FromMedia, MediaTask, ToMedia } from './messages.ts'

const make = ({ file, kind, side }: MediaTask): ReturnType<typeof thumbnail> =>
  kind === 'thumbnail' ? thumbnail(file, side) : displayPicture(file, side)

function answer(message: FromMedia): void {
  if (process.connected) process.send?.(message, undefined, {}, () => {})
}

process.on('message', ({ id, task }: ToMedia) => {
  make(task).then(
    picture => answer({ id, picture }),
    (error: unknown) => answer({ id, error: toWire(error) }),
  )
})
// The backend is gone, or does not need us any more.
process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {})
