/** What is said about jobs: what one works on, how far it is, and a notice when one ends. */
import { onScopeDispose } from 'vue'
import type { Job } from '../../core/contract/api/jobs.ts'
import { onEvent } from '../api/events.ts'
import { translate } from '../i18n/index.ts'
import { useJobs } from '../stores/jobs.ts'
import { useNotices } from '../stores/notices.ts'

const fileName = (path: string): string => path.split(/[\\/]/).pop() ?? path

/** What it works on, in a word or two. */
export function aboutJob(job: Job): string {
  const { request } = job
  switch (request.kind) {
    case 'import':
      return request.split
    case 'annotate':
      return `${request.request.split} · ${fileName(request.request.model)}`
    case 'score':
      return request.annotation
    case 'train':
      return job.run ?? request.run ?? ''
    case 'evaluate':
      return `${request.run} · ${request.split}`
    case 'export':
      return request.run
    case 'self-test':
      return ''
  }
}

/** The same in few words, for a sentence. */
const briefly = (job: Job): string =>
  job.request.kind === 'annotate' ? job.request.request.split : aboutJob(job)

/** How far, 0…1; null: not known. */
export function shareOf(job: Job): number | null {
  const progress = job.progress
  return progress && progress.total > 0 ? progress.done / progress.total : null
}

/** What it does just now, in a word; empty where the kind says it already. */
export function phaseOf(job: Job): string {
  // A phase may name what it is of: `evaluate val`.
  const [phase = '', of = ''] = job.progress?.phase.split(' ', 2) ?? []
  const key = `shell.jobs.phases.${phase}`
  if (phase === job.kind || !phases.has(phase)) return ''
  return [translate(key), of].filter(Boolean).join(' ')
}
const phases = new Set(['decode', 'train', 'validate', 'evaluate', 'read', 'annotate', 'score'])

const tones = {
  queued: 'neutral',
  running: 'accent',
  pausing: 'accent',
  paused: 'warning',
  done: 'success',
  failed: 'danger',
  cancelled: 'neutral',
} as const
export const toneOf = (state: Job['state']): (typeof tones)[Job['state']] => tones[state]

/** Says when a job that was under way has ended. */
export function useJobNotices(): void {
  const jobs = useJobs()
  const notices = useNotices()
  const under = new Set<number>()
  onScopeDispose(
    onEvent('job', job => {
      if (job.state === 'running') under.add(job.id)
      else if (under.delete(job.id)) {
        const name = `${translate(`shell.jobs.kinds.${job.kind}`)} ${briefly(job)}`.trim()
        if (job.state === 'done' && job.kind !== 'score')
          notices.show({ tone: 'success', title: translate('shell.jobs.finished', { name }) })
        if (job.state === 'failed')
          notices.show({
            tone: 'error',
            title: translate('shell.jobs.broke', { name }),
            text: job.error?.message,
          })
      }
    }),
  )
  if (jobs.active) under.add(jobs.active.id)
}
