/** The list of jobs; a job worker loads only its own. */
import type { JobModule } from './protocol.ts'

/** Job modules by name. */
export const jobs: Readonly<Record<string, () => Promise<JobModule>>> = {
  'check-annotator': () => import('./check-annotator.ts'),
  probe: () => import('./probe.ts'),
  annotate: () => import('./annotate.ts'),
  score: () => import('./score.ts'),
  train: () => import('./train.ts'),
  sample: () => import('./sample.ts'),
  'probe-training': () => import('./probe-training.ts'),
  evaluate: () => import('./evaluate.ts'),
  export: () => import('./export.ts'),
  import: () => import('./import.ts'),
  'self-test': () => import('./self-test.ts'),
}
