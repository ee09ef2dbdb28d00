/** Waits for a folder: a job that lost its parent may take a moment to finish its files and release the folder. */
import { setTimeout as sleep } from 'node:timers/promises'
import { RelabelError } from '../../../core/base/error.ts'

/** Repeats `take` while it fails with `locked`, for at most `timeout` ms. */
export async function whenUnlocked<Taken>(
  take: () => Taken | Promise<Taken>,
  timeout = 5000,
): Promise<Taken> {
  const until = performance.now() + timeout
  for (;;)
    try {
      return await take()
    } catch (error) {
      if (!(error instanceof RelabelError) || error.code !== 'locked' || performance.now() > until)
        throw error
      await sleep(250)
    }
}
