/** The one project that is open: opening and closing it, what may be done with it, and telling of its changes. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fail, messageOf, RelabelError } from '../../core/base/error.ts'
import type { ProjectInfo } from '../../core/contract/api/project.ts'
import { openProject, type Project } from '../../core/project/project.ts'
import type { EventHub } from './events.ts'
import type { Home } from './home.ts'
import { projectInfo } from './info.ts'
import { openQueue, type ProjectQueue } from './jobs.ts'
import { createReader, type Reader } from './reader/index.ts'
import { scoredImages } from './scored.ts'

/** An open project and what works on it. */
export interface OpenProject {
  project: Project
  /** Why nothing can be written, or null. */
  readonly: string | null
  sample: boolean
  reader: Reader
  /** Absent where nothing can be written. */
  queue: ProjectQueue | null
}

export interface Leaving {
  pauseJobs?: boolean | undefined
}

export interface Session {
  current(): OpenProject | null
  /** Fails with `no-project`, or `not-found` where its folder is gone. */
  require(): OpenProject
  /** Fails with `disk` and the reason where nothing can be written. */
  writable(): OpenProject & { queue: ProjectQueue }
  open(dir: string, leaving: Leaving): Promise<ProjectInfo>
  /** Opens what `make` makes; the open project is left only when that is done. */
  openMade(make: () => Promise<string>, leaving: Leaving): Promise<ProjectInfo>
  close(leaving: Leaving): Promise<void>
  info(): ProjectInfo | null
  /** Counts, annotations or runs changed. */
  changed(): void
  /** Answers to filters may have changed; null: of any image. */
  imagesChanged(ids: number[] | null): void
  version(): number
  /** Pauses the running job, closes, and remembers nothing as interrupted. */
  end(): Promise<void>
}

const mostIds = 1000

export function createSession(parts: { home: Home; events: EventHub; sampleDir: string }): Session {
  const { home, events, sampleDir } = parts
  let open: OpenProject | null = null
  // Numbers of an earlier launch must not come again.
  let version = Date.now()
  /** Opening and closing take turns. */
  let turn: Promise<unknown> = Promise.resolve()

  function inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = turn.then(action)
    turn = result.catch(() => undefined)
    return result
  }

  const isThere = ({ project }: OpenProject): boolean => existsSync(join(project.dir, 'project.db'))

  function infoOf(opened: OpenProject): ProjectInfo {
    const { project, sample } = opened
    const gone = `the folder ${project.dir} is gone: it was moved or deleted; open the project where it is now`
    const readonly = isThere(opened) ? opened.readonly : gone
    return projectInfo(project, { readonly, sample, scored: id => scoredImages(project, id) })
  }

  const session: Session = {
    current: () => open,
    require() {
      if (!open) return fail('no-project', 'no project is open; open one first')
      if (!isThere(open))
        fail(
          'not-found',
          `the folder ${open.project.dir} is gone: it was moved or deleted; open the project where it is now`,
          { dir: open.project.dir },
        )
      return open
    },
    writable() {
      const opened = session.require()
      const { queue } = opened
      if (opened.readonly !== null || queue === null)
        return fail('disk', `the project can only be read: ${opened.readonly}`, { dir: opened.project.dir })
      return { ...opened, queue }
    },
    open: (dir, leaving) => inTurn(() => replace(resolve(dir), leaving)),
    openMade: (make, leaving) =>
      inTurn(async () => {
        checkLeaving(leaving)
        return replace(await make(), leaving)
      }),
    close: leaving =>
      inTurn(async () => {
        if (!open) return
        checkLeaving(leaving)
        await leave()
        home.noteOpen(null)
        events.emit('project', null)
      }),
    info: () => open && infoOf(open),
    changed() {
      version++
      if (open) events.emit('project', infoOf(open))
    },
    imagesChanged(ids) {
      version++
      events.emit('images', { version, ids: ids && ids.length <= mostIds ? ids : null })
    },
    version: () => version,
    end: () =>
      inTurn(async () => {
        await leave()
        home.noteOpen(null)
      }),
  }

  function checkLeaving(leaving: Leaving): void {
    if (open?.queue?.isRunning() && !leaving.pauseJobs)
      fail('busy', 'a job is running in the open project; pause it to leave the project', {
        dir: open.project.dir,
      })
  }

  async function leave(): Promise<void> {
    const left = open
    if (!left) return
    await left.queue?.stop()
    open = null
    await left.reader.close()
    try {
      left.project.close()
    } catch (error) {
      console.error(error) // its folder is gone, perhaps; whatever was acknowledged is on disk
    }
  }

  async function replace(dir: string, leaving: Leaving): Promise<ProjectInfo> {
    checkLeaving(leaving)
    // The same folder again: it may be writable now, or another project in the place of one that was moved.
    if (open?.project.dir === dir) await leave()
    const { project, readonly } = openEither(dir)
    await leave()
    const opened: OpenProject = {
      project,
      readonly,
      sample: project.dir === sampleDir,
      reader: createReader(project.dir),
      queue: null,
    }
    open = opened
    version++
    remember(project)
    if (readonly === null)
      opened.queue = openQueue({ project, events, reader: opened.reader, session, settings: home.settings })
    const info = infoOf(opened)
    events.emit('project', info)
    return info
  }

  /** A folder that cannot be written is opened for reading; one that someone else writes is not. */
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

  function remember(project: Project): void {
    try {
      home.remember(project.dir, project.name)
      home.noteOpen(project.dir)
    } catch (error) {
      console.error(messageOf(error)) // the project is open; only the list of recent ones is not kept
    }
  }

  return session
}
