/** Trying every device in a process of its own: a driver that crashes must not take the backend along. */
import type { Finding } from '../../core/contract/api/app.ts'
import { runJob } from '../jobs/run-job.ts'

/** What was found; rejects with `cancelled` when the caller goes away. */
export function tryDevices(signal: AbortSignal): Promise<{ ok: boolean; findings: Finding[] }> {
  return runJob('self-test', {}, { signal, patience: 1000 })
}
