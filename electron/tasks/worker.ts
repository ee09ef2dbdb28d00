/** The child process of a job: waits for its configuration, runs the job, and reports the result. */
import { enableCompileCache } from 'node:module'
import { toWire } from '../../core/base/wire-error.ts'
import { jobs } from './jobs.ts'
import type { FromJob, JobContext, ToJob } from './process/protocol.ts'

enableCompileCache() // for the job's module, which is loaded below
const name = process.argv[2] ?? ''
const controller = new AbortController()
/** Milliseconds that a job has to finish its files once its parent is gone, the same as when it is cancelled. */
const orphanLimit = 60_000

function tell(message: FromJob): Promise<void> {
  return new Promise(resolve => {
    if (process.connected && process.send) process.send(message, () => resolve())
    else resolve()
  })
}

// Ctrl-C reaches the whole process group; the parent decides what to do and tells the job.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => controller.abort())
process.on('disconnect', () => {
  controller.abort()
  // A job that ignores this would run forever, because no one is left to kill it.
  setTimeout(() => process.exit(1), orphanLimit).unref()
})
// When the parent is gone, no one reads the output; that must not keep the job from finishing its files.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

const context: JobContext = {
  signal: controller.signal,
  progress: progress => void tell({ type: 'progress', progress }),
  warn: text => void tell({ type: 'warning', text }),
  event: data => void tell({ type: 'event', data }),
}

async function run(config: unknown): Promise<FromJob> {
  try {
    const load = Object.hasOwn(jobs, name) ? jobs[name] : undefined
    if (!load) throw new Error(`there is no job "${name}"`)
    const job = await load()
    return { type: 'done', result: await job.run(config as never, context) }
  } catch (error) {
    return { type: 'failed', ...toWire(error) }
  }
}

process.on('message', (message: ToJob) => {
  if (message.type === 'cancel') controller.abort()
  else
    void run(message.config)
      .then(tell)
      .then(() => process.exit(0))
})
await tell({ type: 'ready' })
