/** The open project: making, opening, closing; its classes, splits and annotations. */
import { z } from 'zod'
import { annotationId } from '../ids.ts'
import { manifestSchema } from '../manifest.ts'
import { call } from './call.ts'
import { moment, nothing, path, splitName } from './common.ts'

export const annotationStatus = z.enum(['running', 'done'])
export type AnnotationStatus = z.infer<typeof annotationStatus>

/** One annotation in a list. */
export const annotationInfo = z.object({
  id: annotationId,
  status: annotationStatus,
  created: moment,
  split: z.string(),
  /** File name of the annotator. */
  annotator: z.string(),
  /** Side of its input, pixels. */
  size: z.number(),
  topK: z.number(),
  /** Annotator classes. */
  classes: z.number(),
  /** Relative error of its surgery, measured at import. */
  error: z.number().nullable(),
  /** Images whose measures (confidence, margin, …) are in the project. */
  scored: z.number(),
  /** 97th percentile of the leading logits of all its cells, from which on a region is sure; null: unknown. */
  sure: z.number().nullable(),
})
export type AnnotationInfo = z.infer<typeof annotationInfo>

/** The project that is open. */
export const projectInfo = z.object({
  dir: z.string(),
  name: z.string(),
  /** Why nothing can be written, or null. */
  readonly: z.string().nullable(),
  sample: z.boolean(),
  classes: z.number(),
  /** Changes whenever the classes do. */
  classesVersion: z.number(),
  images: z.number(),
  splits: z.array(
    z.object({
      name: z.string(),
      folder: z.string(),
      images: z.number(),
      usable: z.number(),
      problems: z.number(),
      unlabelled: z.number(),
    }),
  ),
  annotations: z.array(annotationInfo),
  /** The annotation that is displayed and corrected; null: none yet. */
  annotation: annotationId.nullable(),
  runs: z.number(),
  /** What was found to be damaged in its database so far, one sentence each. */
  damage: z.array(z.string()),
})
export type ProjectInfo = z.infer<typeof projectInfo>

/** A copy of a project's database. */
export const projectCopy = z.object({
  /** File name. */
  name: z.string().max(255),
  made: moment,
  /** Why it cannot be restored, or null. */
  problem: z.string().nullable(),
  /** Steps of correcting that were made since, and are brought in from the log. */
  corrections: z.number(),
  /** Images that were marked in a review since. */
  marks: z.number(),
})
export type ProjectCopy = z.infer<typeof projectCopy>

/** What restoring a copy did. */
export const projectRestored = z.object({
  name: z.string(),
  made: moment,
  /** Where the database that was in its place is kept, or null. */
  kept: z.string().nullable(),
  /** Steps that were brought in from the log, and those that could not be, one sentence each. */
  replayed: z.number(),
  failed: z.array(z.string()),
})
export type ProjectRestored = z.infer<typeof projectRestored>

/** `pauseJobs`: pause a running job if necessary; otherwise fails with `busy` while one runs. */
const leaving = { pauseJobs: z.boolean().optional() }

export const projectCalls = {
  'project.info': call(nothing, projectInfo.nullable()),
  /** Opens a folder; falls back to read-only mode if it cannot be written. */
  'project.open': call(z.object({ dir: path, ...leaving }), projectInfo),
  /** Creates the digit scenes if they do not exist yet (event `opening` reports progress), and opens them. */
  'project.openSample': call(z.object({ ...leaving }), projectInfo),
  /** Creates a project and queues one import job per split. */
  'project.create': call(
    z.object({
      dir: path,
      name: z.string().min(1).max(255).optional(),
      splits: z
        .array(z.object({ name: splitName, dir: path }))
        .min(1)
        .max(100),
      /** A class list; null: the folders' names. */
      classes: path.nullable(),
      ...leaving,
    }),
    projectInfo,
  ),
  /** What a folder of images contains, before a project is created from it. */
  'project.inspect': call(
    z.object({ dir: path }),
    z.object({
      dir: z.string(),
      project: z.boolean(),
      /** Class folders, the first hundred. */
      folders: z.array(z.string()),
      folderCount: z.number(),
      /** Subfolders named like splits (train, val, test), if the class folders are one level deeper. */
      splits: z.array(z.object({ name: z.string(), dir: z.string() })),
    }),
  ),
  /** The copies of a project's database, newest first; the project may be too damaged to be opened. */
  'project.copies': call(z.object({ dir: path }), z.array(projectCopy)),
  /** Puts a copy (default: the newest that is whole) in the place of the database, which is kept beside it, and opens the project. */
  'project.restore': call(
    z.object({ dir: path, copy: z.string().max(255).optional(), ...leaving }),
    z.object({ info: projectInfo, restored: projectRestored }),
  ),
  'project.close': call(z.object({ ...leaving }), nothing),
  /** Chooses the annotation that is displayed, filtered and corrected. */
  'project.useAnnotation': call(z.object({ id: annotationId }), projectInfo),
  'annotations.get': call(
    z.object({ id: annotationId }),
    z.object({
      info: annotationInfo,
      manifest: manifestSchema,
      /** [annotator classes]: project class, or −1. */
      classMap: z.array(z.number()),
      /** Project classes that were merged, and what each stands for. */
      merged: z.array(z.tuple([z.number(), z.number()])),
      records: z.number(),
      bytes: z.number(),
    }),
  ),
}
