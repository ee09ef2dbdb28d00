/** Texts about jobs: what one works on, its progress, and a notice when one ends. */
import { onScopeDispose } from 'vue'
import type { Job } from '../../core/contract/api/jobs.ts'
import { onEvent } from '../api/events.ts'
import { translate } from '../i18n/index.ts'
import { useJobs } from '../stores/jobs.ts'
import { useNotices } from '../stores/notices.ts'

const fileName = (path: string): string => path.split(/[\\/]/).pop() ?? path

/** What it works on, in one or two words. */
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

/** The same, shorter, for use in a sentence. */
const briefly = (job: Job): string =>
  job.request.kind === 'annotate' ? job.request.request.split : aboutJob(job)

/** Progress, 0…1; null: unknown. */
export function shareOf(job: Job): number | null {
  const progress = job.progress
  return progress && progress.total > 0 ? progress.done / progress.total : null
}

/** The current phase, in one word; empty if the kind already says it. */
export function phaseOf(job: Job): string {
  // A phase may name its object: `evaluate val`.
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

/** Shows a notice when a running job has ended. */
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
