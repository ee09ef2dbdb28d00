/** TEMP */
import type { JobRequest } from '../../core/contract/api/jobs.ts'
export interface ProjectQueue {
  isRunning(): boolean
  stop(): Promise<void>
  add(r: JobRequest): unknown
}
export const openQueue = (_: unknown): ProjectQueue | null => null
