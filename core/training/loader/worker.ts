/** A loader thread: handles requests one after another. */
import { parentPort, workerData } from 'node:worker_threads'
import { toWire } from '../../base/wire-error.ts'
import type { BatchAnswer, BatchRequest, WorkerSetup } from './messages.ts'
import { makeBatch } from './sampler.ts'
import { closeState, openState } from './state.ts'

const port = parentPort!
const state = openState(workerData as WorkerSetup)
let queue: Promise<void> = Promise.resolve()

async function answer(request: BatchRequest): Promise<void> {
  let reply: BatchAnswer
  try {
    reply = await makeBatch(await state, request)
  } catch (error) {
    reply = { kind: 'failed', slot: request.slot, error: toWire(error) }
  }
  port.postMessage(reply)
}

port.on('message', (message: BatchRequest | 'close') => {
  queue = queue.then(async () => {
    if (message !== 'close') return answer(message)
    await state.then(closeState, () => undefined)
    port.close()
  })
})
// A failure to open is reported with the first request; without a listener it would end the process.
state.catch(() => undefined)
