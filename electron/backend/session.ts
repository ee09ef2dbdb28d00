/** The one project that is open: opening and closing it, what may be done with it, and telling of its changes. */
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fail, messageOf, RelabelError } from '../../core/base/error.ts'
import type { ProjectInfo } from '../../core/contract/api/project.ts'
import { finishAnnotation } from '../../core/project/browse/measures.ts'
import { browseVersion } from '../../core/project/overview.ts'
import { openProject, type Project } from '../../core/project/project.ts'
import { openThumbnails, type Thumbnails } from '../../core/project/thumbnails.ts'
import type { EventHub } from './events.ts'
import type { Home } from './home.ts'
import { projectInfo } from './info.ts'
import { createChangeFlow } from './queue/changes.ts'
import { createQueue, type JobQueue } from './queue/index.ts'
import { createReader, type Reader } from './reader/index.ts'

/** An open project and what works on it. */
export interface OpenProject {
  project: Project
  /** Why nothing can be written, or null. */
  readonly: string | null
  /** Of project.db, to notice another one in its place. */
  inode: number
  sample: boolean
  reader: Reader
  queue: JobQueue
  thumbnails: Thumbnails
}

export interface Leaving {
  pauseJobs?: boolean | undefined
}

export interface Session {
  current(): OpenProject | null
  /** Fails with `no-project`, or `not-found` where its folder is gone. */
  require(): OpenProject
  /** Fails with `disk` and the reason where nothing can be written. */
  writable(): OpenProject
  open(dir: string, leaving: Leaving): Promise<ProjectInfo>
  /** Opens what `make` makes; the open project is left only when that is done. */
  openMade(make: () => Promise<string>, leaving: Leaving): Promise<ProjectInfo>
  close(leaving: Leaving): Promise<void>
  info(): ProjectInfo | null
  /** Counts, annotations or runs changed. */
  changed(): void
  /** Answers to filters may have changed; null: of any image. */
  imagesChanged(ids: number[] | null): void
  /** Pauses the running job, closes, and remembers nothing as interrupted. */
  end(): Promise<void>
}

const mostIds = 1000

export function createSession(parts: { home: Home; events: EventHub; sampleDir: string }): Session {
  const { home, events, sampleDir } = parts
  let open: OpenProject | null = null
  /** Opening and closing take turns. */
  let turn: Promise<unknown> = Promise.resolve()

  function inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = turn.then(action)
    turn = result.catch(() => undefined)
    return result
  }

  /** Whether the file that is open is still the one in the folder. */
  const sameFile = (opened: OpenProject, dir: string): boolean =>
    statSync(join(dir, 'project.db'), { throwIfNoEntry: false })?.ino === opened.inode
  const isThere = (opened: OpenProject): boolean => sameFile(opened, opened.project.dir)

  function infoOf(opened: OpenProject): ProjectInfo {
    const { project, sample } = opened
    const gone = `the folder ${project.dir} is gone: it was moved or deleted; open the project where it is now`
    const readonly = isThere(opened) ? opened.readonly : gone
    return projectInfo(project, { readonly, sample })
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
      if (opened.readonly !== null)
        return fail('disk', `the project can only be read: ${opened.readonly}`, { dir: opened.project.dir })
      return opened
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
      if (open) events.emit('project', infoOf(open))
    },
    imagesChanged(ids) {
      if (!open) return
      const version = browseVersion(open.project)
      events.emit('images', { version, ids: ids && ids.length <= mostIds ? ids : null })
    },
    end: () =>
      inTurn(async () => {
        await leave()
        home.noteOpen(null)
      }),
  }

  function checkLeaving(leaving: Leaving): void {
    if (open?.queue.running() && !leaving.pauseJobs)
      fail('busy', 'a job is running in the open project; pause it to leave the project', {
        dir: open.project.dir,
      })
  }

  async function leave(): Promise<void> {
    const left = open
    if (!left) return
    await left.queue.close()
    open = null
    await left.reader.close()
    try {
      left.thumbnails.close()
      left.project.close()
    } catch (error) {
      console.error(error) // its folder is gone, perhaps; whatever was acknowledged is on disk
    }
  }

  async function replace(dir: string, leaving: Leaving): Promise<ProjectInfo> {
    if (open && (open.project.dir === dir || sameFile(open, dir))) {
      // Asking for what is open disturbs nothing, its job least of all.
      if (open.readonly === null && isThere(open) && sameFile(open, dir)) return infoOf(open)
      checkLeaving(leaving)
      await leave() // it may be writable now, or lie elsewhere, or another project lies in its place
    }
    checkLeaving(leaving)
    const { project, readonly } = openEither(dir)
    await leave()
    const queue = createQueue({
      project,
      emit: events.emit,
      changed: what => hear(project, what),
    })
    const opened: OpenProject = {
      project,
      readonly,
      inode: statSync(join(project.dir, 'project.db')).ino,
      sample: project.dir === sampleDir,
      reader: createReader(project.dir),
      queue,
      thumbnails: openThumbnails(project),
    }
    open = opened
    finishSwitch(project)
    remember(project)
    const info = infoOf(opened)
    events.emit('project', info)
    return info
  }

  /** The switch to another annotation may have been cut off when the program ended. */
  function finishSwitch(project: Project): void {
    const flow = createChangeFlow(what => hear(project, what))
    finishAnnotation(project, () => flow.push('images')).then(
      () => flow.flush(),
      (error: unknown) => console.error(messageOf(error)),
    )
  }

  /** A job changed what the page shows. */
  function hear(project: Project, what: 'project' | 'images'): void {
    if (open?.project !== project) return
    if (what === 'project') session.changed()
    else session.imagesChanged(null)
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
