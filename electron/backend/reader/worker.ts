/** A reader thread: one read-only connection, one query after another. */
import { parentPort, workerData } from 'node:worker_threads'
import { toWire } from '../../../core/base/wire-error.ts'
import { damageOf } from '../../../core/project/check.ts'
import { refreshClasses } from '../../../core/project/database/classes.ts'
import { openProject } from '../../../core/project/project.ts'
import type { FromReader, ReaderData, ToReader } from './messages.ts'
import { queries, warmUp } from './queries.ts'

const port = parentPort
if (!port) throw new Error('this module runs in a worker thread')
const { dir, quiet } = workerData as ReaderData
const project = openProject(dir, { readonly: true })

let before: Promise<void> = Promise.resolve()
let waiting = 0
let timer: NodeJS.Timeout | undefined

/** Reads ahead in small steps while idle, so that the next query waits for one step at most. */
function readAhead(): void {
  try {
    if (waiting === 0 && warmUp(project)) setImmediate(readAhead)
  } catch {
    // The query that runs into the problem reports it.
  }
}

function readAheadLater(): void {
  clearTimeout(timer)
  if (quiet === null) return
  timer = setTimeout(readAhead, quiet)
}

let told = 0
/** Before the answer, so that whoever gets it knows. */
function tellDamage(): void {
  const damage = damageOf(project).slice(told)
  told += damage.length
  if (damage.length > 0) port!.postMessage({ damage } satisfies FromReader)
}

port.on('message', ({ id, name, input }: ToReader) => {
  waiting++
  clearTimeout(timer)
  before = before.then(async () => {
    try {
      refreshClasses(project)
      const result: unknown = await queries[name](project, input as never)
      const moved = result instanceof ArrayBuffer ? [result] : []
      tellDamage()
      port.postMessage({ id, result } satisfies FromReader, moved)
    } catch (error) {
      tellDamage()
      port.postMessage({ id, error: toWire(error) } satisfies FromReader)
    }
    if (--waiting === 0) readAheadLater()
  })
})
readAheadLater()
