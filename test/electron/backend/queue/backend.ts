/** A backend for a test to kill: opens a project's queue, queues what it is told, and prints each job that it tells of. */
import type { JobRequest } from '../../../../core/contract/api/jobs.ts'
import { openProject } from '../../../../core/project/project.ts'
import { startQueue } from './start-queue.ts'

const [dir = '', requests = '[]'] = process.argv.slice(2)
const say = (name: string, data: unknown): void =>
  void process.stdout.write(`${JSON.stringify({ name, data })}\n`)
const queue = startQueue({ project: openProject(dir), emit: say })
for (const request of JSON.parse(requests) as JobRequest[]) queue.add(request)
