/** A full check of a project: the structure of its database, every row, and the existing copies. */
import { join, resolve } from 'node:path'
import { RelabelError } from '../base/error.ts'
import { listAnnotations } from './annotations.ts'
import { listViews } from './browse/saved-views.ts'
import { listCorrected, getCorrections } from './corrections/store.ts'
import { damageNoted, listenToDamage, noteDamage } from './database/damage.ts'
import { iterateImages, listSplits } from './images.ts'
import { listJobs } from './jobs.ts'
import { openProject, type Project } from './project.ts'
import { checkStructure } from './recovery/check.ts'
import { listCopies, type CopyRow } from './recovery/copies.ts'
import { listRuns } from './runs.ts'
import { readSnapshot } from './snapshots.ts'

/** What was found to be damaged in an open project so far, one sentence each; at most two hundred. */
export const damageOf = (project: Project): string[] => [
  ...project.replayed.failed,
  ...damageNoted(project.db),
]

/** Adds what was found through another connection to the same database. */
export const noteFindings = (project: Project, findings: readonly string[]): void =>
  noteDamage(project.db, ...findings)

/** `listener` is called when more is found, in the middle of what finds it. */
export const onDamage = (project: Project, listener: () => void): void => listenToDamage(project.db, listener)

/** The damage, one sentence each, and the copies, newest first. */
export interface ProjectCheck {
  damage: string[]
  copies: CopyRow[]
}

/** Reads everything; seconds for a million images. Throws only if there is no project. */
export function checkProject(dir: string): ProjectCheck {
  const copies = listCopies(resolve(dir))
  let project: Project
  try {
    project = openProject(dir, { readonly: true })
  } catch (error) {
    if (error instanceof RelabelError && error.code === 'bad-project')
      return { damage: [error.message], copies }
    throw error
  }
  try {
    return {
      damage: [...checkStructure(join(project.dir, 'project.db')), ...readEverything(project)],
      copies,
    }
  } finally {
    project.close()
  }
}

function readEverything(project: Project): string[] {
  const failed: string[] = []
  const attempt = (read: () => void): void => {
    try {
      read()
    } catch (error) {
      if (!(error instanceof RelabelError)) throw error
      failed.push(error.message)
    }
  }
  for (const list of [listSplits, listAnnotations, listRuns, listJobs, listViews])
    attempt(() => list(project))
  attempt(() => {
    const images = iterateImages(project)
    while (!images.next().done);
  })
  for (const { snapshot } of listRuns(project)) attempt(() => readSnapshot(project, snapshot))
  for (const { id } of listAnnotations(project))
    attempt(() => {
      for (const { image } of listCorrected(project, id))
        attempt(() => getCorrections(project, { image, annotation: id }))
    })
  return [...new Set([...damageNoted(project.db), ...failed])]
}
