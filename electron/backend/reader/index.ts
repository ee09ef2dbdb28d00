/**
 * Reads concurrently with the writer: threads with their own connections, so that neither a save nor a short query
 * waits for a long query. Three lanes: queries that a screen needs at once, statistics over the whole data set, and the
 * label maps of a whole list of images.
 */
import { Worker } from 'node:worker_threads'
import { RelabelError } from '../../../core/base/error.ts'
import { fromWire } from '../../../core/base/wire-error.ts'
import type { FromReader, QueryInput, QueryName, QueryOutput, ReaderData, ToReader } from './messages.ts'

export type Lane = 'quick' | 'slow' | 'maps'

export interface Reader {
  /** Runs a query; rejects with its error, or `cancelled` if `signal` is aborted before it starts. */
  ask<Name extends QueryName>(
    lane: Lane,
    name: Name,
    input: QueryInput<Name>,
    signal?: AbortSignal,
  ): Promise<QueryOutput<Name>>
  close(): Promise<void>
}

interface Question {
  message: ToReader
  signal: AbortSignal | undefined
  resolve(result: never): void
  reject(error: Error): void
}

interface LaneState {
  /** Null: it is started when it is first asked. */
  quiet: number | null
  worker: Worker | undefined
  asked: Question | undefined
  waiting: Question[]
}

const cancelled = (): RelabelError =>
  new RelabelError('cancelled', 'the caller is no longer waiting for this answer')

/** `found` receives the damage, one sentence each. */
export function createReader(dir: string, found: (damage: string[]) => void = () => undefined): Reader {
  const lanes: Record<Lane, LaneState> = {
    quick: { quiet: 150, worker: undefined, asked: undefined, waiting: [] },
    slow: { quiet: 300, worker: undefined, asked: undefined, waiting: [] },
    maps: { quiet: null, worker: undefined, asked: undefined, waiting: [] },
  }
  let nextId = 1
  let closed = false

  function start(lane: LaneState): Worker {
    const worker = new Worker(new URL('worker.ts', import.meta.url), {
      workerData: { dir, quiet: lane.quiet } satisfies ReaderData,
    })
    let reason = 'the reading thread ended'
    worker.on('message', (answer: FromReader) => {
      if ('damage' in answer) return found(answer.damage)
      const question = lane.asked
      if (question?.message.id !== answer.id) return
      lane.asked = undefined
      if ('result' in answer) question.resolve(answer.result as never)
      else question.reject(fromWire(answer.error))
      next(lane)
    })
    worker.on('error', (error: Error) => (reason = error.message))
    worker.on('exit', () => {
      if (lane.worker !== worker) return
      lane.worker = undefined
      const question = lane.asked
      lane.asked = undefined
      question?.reject(closed ? cancelled() : new Error(reason))
      if (!closed) next(lane)
    })
    lane.worker = worker
    return worker
  }

  function next(lane: LaneState): void {
    while (!lane.asked && lane.waiting.length > 0) {
      const question = lane.waiting.shift()!
      if (question.signal?.aborted) {
        question.reject(cancelled())
        continue
      }
      lane.asked = question
      ;(lane.worker ?? start(lane)).postMessage(question.message)
    }
  }

  // They read ahead the data for the first filters and sorts: half a second for a million images.
  for (const lane of Object.values(lanes)) if (lane.quiet !== null) start(lane)

  return {
    ask(name, query, input, signal) {
      const lane = lanes[name]
      if (closed) return Promise.reject(cancelled())
      return new Promise((resolve, reject) => {
        const message: ToReader = { id: nextId++, name: query, input }
        lane.waiting.push({ message, signal, resolve, reject })
        next(lane)
      })
    },
    async close() {
      closed = true
      for (const lane of Object.values(lanes))
        for (const question of lane.waiting.splice(0)) question.reject(cancelled())
      await Promise.all(Object.values(lanes).map(async lane => lane.worker?.terminate()))
    },
  }
}
