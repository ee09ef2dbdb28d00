/** The open project: opens and closes it, guards access to it, and reports its changes. */
import { resolve } from 'node:path'
import { fail, messageOf } from '../../core/base/error.ts'
import type { ProjectInfo, ProjectRestored } from '../../core/contract/api/project.ts'
import { finishAnnotation } from '../../core/project/browse/measures.ts'
import { browseVersion } from '../../core/project/overview.ts'
import type { Project } from '../../core/project/project.ts'
import type { EventHub } from './events.ts'
import type { Home } from './home.ts'
import { restoreProject } from './inspect/index.ts'
import {
  closeWhole,
  goneMessage,
  infoOf,
  isThere,
  openWhole,
  sameFile,
  type OpenProject,
} from './open-project.ts'
import { log } from '../tasks/process/log.ts'
import { rescoreRuns } from './rescoring.ts'
import { createChangeFlow } from './queue/changes.ts'
import type { Shown } from './queue/kind.ts'

export type { OpenProject } from './open-project.ts'

export interface Leaving {
  pauseJobs?: boolean | undefined
}

export interface Session {
  current(): OpenProject | null
  /** Fails with `no-project`, or `not-found` if its folder is gone. */
  require(): OpenProject
  /** Fails with `disk` and the reason if it cannot be written. */
  writable(): OpenProject
  /** Opens a project completely, then closes the open one; if that fails, the open one stays. */
  open(dir: string, leaving: Leaving): Promise<ProjectInfo>
  /** Opens the project that `make` creates; closes the open project only after that. */
  openMade(make: () => Promise<string>, leaving: Leaving): Promise<ProjectInfo>
  /** Restores a copy (undefined: the newest that is whole) of a project, which may be the open one, and opens it. */
  restore(
    dir: string,
    copy: string | undefined,
    leaving: Leaving,
  ): Promise<{ info: ProjectInfo; restored: ProjectRestored }>
  close(leaving: Leaving): Promise<void>
  info(): ProjectInfo | null
  /** Counts, annotations or runs changed. */
  changed(): void
  /** Labels or truth changed: runs are scored again, and it is told when they are. */
  rescore(): void
  /** Results of filters may have changed; null: for any image. */
  imagesChanged(ids: number[] | null): void
  /** Aborts an opening in progress, pauses the running job, closes the project, and records no project as interrupted. */
  end(): Promise<void>
}

export interface SessionParts {
  home: Home
  events: EventHub
  sampleDir: string
}

interface SessionState extends SessionParts {
  open: OpenProject | null
  /** Serializes opening and closing. */
  turn: Promise<unknown>
  /** Aborted when the program ends. */
  ending: AbortController
}

const mostIds = 1000

export function createSession(parts: SessionParts): Session {
  const state: SessionState = {
    ...parts,
    open: null,
    turn: Promise.resolve(),
    ending: new AbortController(),
  }
  return {
    current: () => state.open,
    require: () => requireOpen(state),
    writable: () => requireWritable(state),
    open: (dir, leaving) => inTurn(state, () => replace(state, resolve(dir), leaving)),
    openMade: (make, leaving) =>
      inTurn(state, async () => {
        checkLeaving(state, leaving)
        return replace(state, await make(), leaving)
      }),
    restore: (dir, copy, leaving) => inTurn(state, () => restore(state, resolve(dir), copy, leaving)),
    close: leaving =>
      inTurn(state, async () => {
        if (!state.open) return
        checkLeaving(state, leaving)
        await leave(state)
        state.home.noteOpen(null)
        state.events.emit('project', null)
      }),
    info: () => state.open && infoOf(state.open),
    changed: () => tellProject(state),
    rescore: () => rescore(state),
    imagesChanged: ids => tellImages(state, ids),
    end() {
      state.ending.abort()
      return inTurn(state, async () => {
        await leave(state)
        state.home.noteOpen(null)
      })
    },
  }
}

function inTurn<T>(state: SessionState, action: () => Promise<T>): Promise<T> {
  const result = state.turn.then(action)
  state.turn = result.catch(() => undefined)
  return result
}

function requireOpen({ open }: SessionState): OpenProject {
  if (!open) return fail('no-project', 'no project is open; open one first')
  if (!isThere(open)) fail('not-found', goneMessage(open), { dir: open.project.dir })
  return open
}

function requireWritable(state: SessionState): OpenProject {
  const opened = requireOpen(state)
  if (opened.readonly !== null)
    return fail('disk', `the project can only be read: ${opened.readonly}`, { dir: opened.project.dir })
  return opened
}

function tellProject({ open, events }: SessionState): void {
  if (open) events.emit('project', infoOf(open))
}

function tellImages({ open, events }: SessionState, ids: number[] | null): void {
  if (!open) return
  const version = browseVersion(open.project)
  events.emit('images', { version, ids: ids && ids.length <= mostIds ? ids : null })
}

function rescore(state: SessionState): void {
  const { open } = state
  if (open) void rescoreRuns(open, () => state.open === open && tellProject(state))
}

/** A job changed displayed data. */
function hear(state: SessionState, project: Project, what: Shown): void {
  if (state.open?.project !== project) return
  if (what === 'project') {
    tellProject(state)
    rescore(state) // a run may have been measured while its truth changed
  } else tellImages(state, null)
}

function checkLeaving({ open }: SessionState, leaving: Leaving): void {
  if (open?.queue.running() && !leaving.pauseJobs)
    fail('busy', 'a job is running in the open project; pause it to leave the project', {
      dir: open.project.dir,
    })
}

async function leave(state: SessionState): Promise<void> {
  const left = state.open
  if (!left) return
  await left.queue.close()
  state.open = null
  await closeWhole(left)
}

/** Replaces the open project, which is closed only when the new one is completely open. */
async function replace(state: SessionState, dir: string, leaving: Leaving): Promise<ProjectInfo> {
  const { home, events, sampleDir, ending } = state
  const before = state.open
  if (before && (before.project.dir === dir || sameFile(before, dir))) {
    // Opening the project that is already open changes nothing, and does not disturb its job.
    if (before.readonly === null && isThere(before) && sameFile(before, dir)) return infoOf(before)
    checkLeaving(state, leaving)
    // The same file is closed first: its lock may be the same, and SQLite shares its state of an open file within a
    // process, so a database opened read-only would stay read-only.
    await leave(state)
  }
  checkLeaving(state, leaving)
  const opened = await openWhole(dir, {
    key: home.key,
    emit: events.emit,
    sampleDir,
    signal: ending.signal,
    changed: (project, what) => hear(state, project, what),
  })
  try {
    checkLeaving(state, leaving) // a job may have started since
  } catch (error) {
    await closeWhole(opened)
    throw error
  }
  await leave(state)
  state.open = opened
  opened.queue.begin()
  finishSwitch(state, opened.project)
  rescore(state)
  remember(home, opened.project)
  log.info(`${opened.project.dir} is open`)
  const info = infoOf(opened)
  events.emit('project', info)
  return info
}

/** Restores a copy; where that fails the project that was open is opened again. */
async function restore(
  state: SessionState,
  dir: string,
  copy: string | undefined,
  leaving: Leaving,
): Promise<{ info: ProjectInfo; restored: ProjectRestored }> {
  const before = state.open
  const isOpen = before !== null && (before.project.dir === dir || sameFile(before, dir))
  checkLeaving(state, leaving)
  if (isOpen) await leave(state)
  try {
    const restored = await restoreProject(dir, copy, { signal: state.ending.signal })
    return { info: await replace(state, dir, leaving), restored }
  } catch (error) {
    if (isOpen)
      await replace(state, dir, leaving).catch(() => {
        state.home.noteOpen(null)
        state.events.emit('project', null)
      })
    throw error
  }
}

/** A switch to another annotation may have been interrupted when the program ended. */
function finishSwitch(state: SessionState, project: Project): void {
  const flow = createChangeFlow(what => hear(state, project, what))
  finishAnnotation(project, () => flow.push('images')).then(
    () => flow.flush(),
    (error: unknown) => log.error('the measures of an annotation are not finished', error),
  )
}

function remember(home: Home, project: Project): void {
  try {
    home.remember(project.dir, project.name)
    home.noteOpen(project.dir)
  } catch (error) {
    // The project is open; only the list of recent projects could not be saved.
    log.warn(`${project.dir} is not kept among the recent projects: ${messageOf(error)}`)
  }
}
