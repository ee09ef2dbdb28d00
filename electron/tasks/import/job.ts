/** The import job: looks at a folder of images and tells what it finds; the parent adds it to the project. */
import { createMeter } from '../../../core/annotator/meter.ts'
import { fail } from '../../../core/base/error.ts'
import type { KnownClass } from '../../../core/contract/class-entry.ts'
import { probeImageFolder, stampsOf } from '../../../core/dataset/import.ts'
import { iterateImages, listSplits, type NewImage } from '../../../core/project/images.ts'
import { openProject } from '../../../core/project/project.ts'
import type { JobContext } from '../process/protocol.ts'

/** What to scan. */
export interface ImportConfig {
  project: string
  split: string
  dir: string
  /** Whether an earlier attempt was stopped: images that it found usable are not looked at again. */
  again: boolean
}

/** Told in the order of the paths. */
export interface ImportEvent {
  type: 'rows'
  rows: NewImage[]
}

/** What was found. */
export interface ImportResult {
  /** Images looked at by this job. */
  images: number
  /** Images known from an earlier attempt. */
  before: number
  /** Images left out, with the reason; the first hundred. */
  problems: { path: string; reason: string }[]
}

export async function run(config: ImportConfig, context: JobContext): Promise<ImportResult> {
  const { classes, known, before } = knownOf(config)
  let meter: ReturnType<typeof createMeter> | undefined
  const { rows, dir } = await probeImageFolder(classes, {
    dir: config.dir,
    known,
    before,
    signal: context.signal,
    onRows: part => context.event({ type: 'rows', rows: part } satisfies ImportEvent),
    onProgress(_, left) {
      meter ??= createMeter(left + known.size)
      if (meter.done() === 0) meter.before(known.size)
      meter.finished()
      const [rate, seconds] = [meter.rate(), meter.left()]
      context.progress({
        phase: `read ${config.split}`,
        done: meter.done(),
        total: left + known.size,
        rate,
        ...(seconds === undefined ? {} : { left: seconds }),
      })
    },
  })
  const problems = rows.flatMap(row => (row.problem ? [{ path: row.path, reason: row.problem }] : []))
  if (known.size === 0 && problems.length === rows.length)
    fail('bad-data', `there are no usable images in ${dir}; the first problem: ${problems[0]?.reason}`, {
      dir,
      problems: problems.slice(0, 20),
    })
  return { images: rows.length, before: known.size, problems: problems.slice(0, 100) }
}

/** What the project knows: its classes, the files of the split's images, and which of them need no second look. */
interface Known {
  classes: KnownClass[]
  known: Set<string>
  before: ReturnType<typeof stampsOf>
}

function knownOf(config: ImportConfig): Known {
  const project = openProject(config.project, { readonly: true })
  try {
    const known = new Set<string>()
    if (config.again && listSplits(project).some(({ name }) => name === config.split))
      for (const { path } of iterateImages(project, { split: config.split, usable: true })) known.add(path)
    return { classes: project.classes, known, before: stampsOf(project, config.split) }
  } finally {
    project.close()
  }
}
