/** Opens a project completely: lock, database, readers and queue all succeed, or everything is released. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, RelabelError } from '../../core/base/error.ts'
import type { ProjectInfo } from '../../core/contract/api/project.ts'
import { noteFindings, onDamage } from '../../core/project/check.ts'
import { openProject, type Project } from '../../core/project/project.ts'
import { openThumbnails, type Thumbnails } from '../../core/project/thumbnails.ts'
import { log } from '../tasks/process/log.ts'
import { projectInfo } from './info.ts'
import { checkProjectStructure, inspectProject } from './inspect/index.ts'
import { createChangeFlow } from './queue/changes.ts'
import { createQueue, type JobQueue, type QueueOptions } from './queue/index.ts'
import type { Shown } from './queue/kind.ts'
import { createReader, type Reader } from './reader/index.ts'

/** An open project with its readers and queue. */
export interface OpenProject {
  project: Project
  /** Why nothing can be written, or null. */
  readonly: string | null
  /** Identity of project.db, to detect that it was replaced. */
  inode: number
  sample: boolean
  reader: Reader
  /** Started once the project is the open one. */
  queue: JobQueue
  thumbnails: Thumbnails
  /** Ends what looks at it in the background. */
  closing: AbortController
}

export interface OpenOptions extends Pick<QueueOptions, 'key' | 'emit'> {
  sampleDir: string
  /** Called when a job of the project changed displayed data. */
  changed(project: Project, what: Shown): void
  /** Aborts the opening. */
  signal: AbortSignal
}

/** Opens a project. Rejects with the problem, after releasing everything. */
export async function openWhole(dir: string, options: OpenOptions): Promise<OpenProject> {
  const taken: (() => unknown)[] = []
  try {
    await inspectProject(dir, { signal: options.signal })
    const { project, readonly } = openEither(dir)
    taken.push(() => project.close())
    const thumbnails = openThumbnails(project)
    taken.push(() => thumbnails.close())
    const reader = createReader(project.dir, damage => noteFindings(project, damage))
    taken.push(() => reader.close())
    await Promise.all([reader.ask('quick', 'opened', undefined), reader.ask('slow', 'opened', undefined)])
    const changed = (what: Shown): void => options.changed(project, what)
    const queue = createQueue({ project, key: options.key, emit: options.emit, changed })
    const { ino: inode } = statSync(join(project.dir, 'project.db'))
    const sample = project.dir === options.sampleDir
    const closing = new AbortController()
    const opened = { project, readonly, inode, sample, reader, queue, thumbnails, closing }
    infoOf(opened)
    queue.list()
    watchDamage(opened, () => changed('project'))
    return opened
  } catch (error) {
    await giveBack(taken)
    throw error
  }
}

/** Tells of damage that is found while the project is open, and looks for it where opening did not. */
function watchDamage({ project, closing }: OpenProject, changed: () => void): void {
  const flow = createChangeFlow(changed)
  onDamage(project, () => {
    if (!closing.signal.aborted) flow.push('project')
  })
  if (project.checked) return
  checkProjectStructure(project.dir, { signal: closing.signal }).then(
    found => {
      if (!closing.signal.aborted) noteFindings(project, found)
    },
    (error: unknown) => {
      if (!closing.signal.aborted) noteFindings(project, [messageOf(error)])
    },
  )
}

/** Closes a project: pauses its running job and releases its lock. Never rejects. */
export async function closeWhole(opened: OpenProject): Promise<void> {
  const { queue, reader, thumbnails, project, closing } = opened
  closing.abort()
  await giveBack([() => project.close(), () => thumbnails.close(), () => reader.close(), () => queue.close()])
}

/** Releases resources in reverse order; a failure does not prevent the others. */
async function giveBack(taken: readonly (() => unknown)[]): Promise<void> {
  for (const give of taken.toReversed())
    try {
      await give()
    } catch (error) {
      // Its folder may be gone; whatever was acknowledged is on disk.
      log.warn(`a part of the project did not close: ${messageOf(error)}`)
    }
}

/** A folder that cannot be written is opened read-only; one that is locked by another process is not opened. */
function openEither(dir: string): { project: Project; readonly: string | null } {
  try {
    return { project: openProject(dir), readonly: null }
  } catch (error) {
    if (!(error instanceof RelabelError) || error.code !== 'disk') throw error
    try {
      return { project: openProject(dir, { readonly: true }), readonly: error.message }
    } catch {
      throw error
    }
  }
}

/** Whether the open file is the one in a folder. */
export const sameFile = (opened: OpenProject, dir: string): boolean =>
  statSync(join(dir, 'project.db'), { throwIfNoEntry: false })?.ino === opened.inode

/** Whether the open file is still the one in its folder. */
export const isThere = (opened: OpenProject): boolean => sameFile(opened, opened.project.dir)

/** Throws the error if it is not. */
export const goneMessage = ({ project }: OpenProject): string =>
  `the folder ${project.dir} is gone: it was moved or deleted; open the project where it is now`

export function infoOf(opened: OpenProject): ProjectInfo {
  const { project, sample } = opened
  const readonly = isThere(opened) ? opened.readonly : goneMessage(opened)
  return projectInfo(project, { readonly, sample })
}
