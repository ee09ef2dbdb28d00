/** The list of jobs; a job worker loads only the one it runs. */
import type { JobModule } from './process/protocol.ts'

/** Job modules by name. */
export const jobs: Readonly<Record<string, () => Promise<JobModule>>> = {
  'check-annotator': () => import('./annotate/check.ts'),
  probe: () => import('./annotate/probe.ts'),
  annotate: () => import('./annotate/job.ts'),
  score: () => import('./score/job.ts'),
  train: () => import('./train/job.ts'),
  sample: () => import('./sample/job.ts'),
  'probe-training': () => import('./train/probe.ts'),
  evaluate: () => import('./evaluate/job.ts'),
  export: () => import('./export/job.ts'),
  'bring-back': () => import('./import/bring-back.ts'),
  import: () => import('./import/job.ts'),
  'self-test': () => import('./machine/job.ts'),
}
