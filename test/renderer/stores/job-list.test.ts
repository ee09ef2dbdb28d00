/** Answers to calls and events cross each other; what an event said later stays. */
import { expect, it } from 'vitest'
import type { Job } from '../../../core/contract/api/jobs.ts'
import {
  answered,
  dismissed,
  loaded,
  noJobs,
  progressed,
  told,
  type JobList,
} from '../../../renderer/stores/job-list.ts'

const job = (id: number, state: Job['state'], run: string | null = null): Job =>
  ({ id, kind: 'train', state, run, progress: null }) as Job
const shown = ({ jobs }: JobList): string[] =>
  jobs.map(({ id, state, run }) => [id, state, run].filter(part => part !== null).join(' '))

it('takes an answer that no event about the job has overtaken', () => {
  const before = told(noJobs, job(1, 'done'))
  const after = answered(before, job(2, 'queued'), before.events)
  expect(shown(after)).toEqual(['2 queued', '1 done'])
  expect(shown(answered(after, job(1, 'queued'), after.events))).toEqual(['2 queued', '1 queued'])
})

it('keeps what an event said after the call was made, of that job only', () => {
  const since = noJobs.events
  let list = told(told(noJobs, job(1, 'queued')), job(1, 'running', 'r1'))
  list = answered(list, job(1, 'running'), since)
  expect(shown(list)).toEqual(['1 running r1'])
  expect(shown(answered(list, job(2, 'queued'), since))).toEqual(['2 queued', '1 running r1'])
})

it('does not bring a dismissed job back', () => {
  const before = told(noJobs, job(1, 'done'))
  const gone = dismissed(before, 1)
  expect(shown(answered(gone, job(1, 'done'), before.events))).toEqual([])
  expect(shown(loaded(gone, [job(1, 'done')], before.events))).toEqual([])
})

it('loads all jobs but those that events told of meanwhile', () => {
  const before = told(told(noJobs, job(1, 'running')), job(2, 'queued'))
  const meanwhile = told(before, job(1, 'done', 'r1'))
  const list = loaded(meanwhile, [job(3, 'queued'), job(2, 'paused'), job(1, 'running')], before.events)
  expect(shown(list)).toEqual(['3 queued', '2 paused', '1 done r1'])
  // Without events in between, the list is taken as it is: what it lacks is gone.
  expect(shown(loaded(list, [job(2, 'paused')], list.events))).toEqual(['2 paused'])
})

it('takes progress as it comes', () => {
  const list = progressed(told(noJobs, job(1, 'running')), 1, { phase: 'train', done: 1, total: 2 })
  expect(list.jobs[0]?.progress).toEqual({ phase: 'train', done: 1, total: 2 })
})
