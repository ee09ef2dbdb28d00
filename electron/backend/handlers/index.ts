/** All handlers of the API; a call without one is a compile error. */
import type { Handlers } from '../../../core/contract/api/index.ts'
import type { BackendContext } from '../context.ts'
import { annotationHandlers } from './annotations.ts'
import { annotatorHandlers } from './annotator.ts'
import { appHandlers } from './app.ts'
import { browseHandlers } from './browse.ts'
import { classHandlers } from './classes.ts'
import { correctionHandlers } from './corrections.ts'
import { fileHandlers } from './files.ts'
import { jobHandlers } from './jobs.ts'
import { labelHandlers } from './labels.ts'
import { mapHandlers } from './maps.ts'
import { projectHandlers } from './project.ts'
import { reviewHandlers } from './review.ts'
import { runHandlers } from './runs.ts'
import { trainingHandlers } from './training.ts'

export const handlers: Handlers<BackendContext> = {
  ...appHandlers,
  ...fileHandlers,
  ...projectHandlers,
  ...annotationHandlers,
  ...browseHandlers,
  ...reviewHandlers,
  ...classHandlers,
  ...correctionHandlers,
  ...labelHandlers,
  ...mapHandlers,
  ...annotatorHandlers,
  ...jobHandlers,
  ...trainingHandlers,
  ...runHandlers,
}
