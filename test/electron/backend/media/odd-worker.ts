/** A decoding process that dies on files named `die`, never answers for `hang`, and dies once for `once`. */
import { existsSync, writeFileSync } from 'node:fs'
import type { FromMedia, ToMedia } from '../../../../electron/backend/media/messages.ts'

process.on('message', ({ id, task }: ToMedia) => {
  if (task.file.endsWith('die')) process.kill(process.pid, 'SIGKILL')
  if (task.file.endsWith('hang')) return
  if (task.file.endsWith('once') && !existsSync(task.file)) {
    writeFileSync(task.file, '')
    process.kill(process.pid, 'SIGKILL')
  }
  const picture = { bytes: new Uint8Array(1), type: 'image/webp', width: 1, height: 1 } as const
  setTimeout(() => process.send?.({ id, picture } satisfies FromMedia), 20)
})
process.on('disconnect', () => process.exit(0))
