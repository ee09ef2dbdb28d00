/** What the tour needs: label maps of the sample, made by its own annotator, and an image that has one. */
import { computed, ref } from 'vue'
import { hasEnded } from '../../../core/contract/job-state.ts'
import { api } from '../../api/client.ts'
import { toApiError } from '../../api/error.ts'
import { router } from '../../navigation/router.ts'
import { useRelabel } from '../../screens/relabel/store.ts'
import { useJobs } from '../../stores/jobs.ts'
import { useProject } from '../../stores/project.ts'

export function usePreparing() {
  const project = useProject()
  const relabel = useRelabel()
  const jobs = useJobs()
  const problem = ref<string | null>(null)
  /** The newest job that makes label maps. */
  const job = computed(() => jobs.jobs.filter(one => one.kind === 'annotate').at(-1))
  const ready = computed(() => project.annotation?.status === 'done')
  const share = computed(() => {
    const progress = job.value?.progress
    return progress && progress.total > 0 ? progress.done / progress.total : null
  })

  /** Queues the annotation of the sample, unless one is queued already. */
  async function prepare(): Promise<void> {
    const info = project.info
    if (!info || ready.value) return
    problem.value = null
    try {
      await jobs.load()
      if (job.value && !hasEnded(job.value)) return
      await relabel.prepare(info)
      await relabel.start()
    } catch (error) {
      problem.value = toApiError(error).message
    }
  }

  /** Goes to an image that has a label map. */
  async function show(): Promise<void> {
    const annotation = project.annotation
    if (!annotation) return
    const query = {
      filter: { splits: [annotation.split] },
      sort: { by: 'name' as const, descending: false },
    }
    const { items } = await api('browse.page', { query, offset: 0, limit: 1 })
    const id = items[0]?.id
    if (id !== undefined) await router.push({ name: 'annotate', params: { id } })
  }

  return { ready, share, problem, prepare, show }
}
