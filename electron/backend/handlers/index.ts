/** All handlers of the API; a call without one is a compile error. */
import type { Handlers } from '../../../core/contract/api/index.ts'
import type { BackendContext } from '../context.ts'
import { annotationHandlers } from './annotations.ts'
import { appHandlers } from './app.ts'
import { correctionHandlers } from './corrections.ts'
import { fileHandlers } from './files.ts'
import { projectHandlers } from './project.ts'

export const handlers = {
  ...appHandlers,
  ...fileHandlers,
  ...projectHandlers,
  ...annotationHandlers,
  ...correctionHandlers,
} as unknown as Handlers<BackendContext>
