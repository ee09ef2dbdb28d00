/** The API: one table of calls. The renderer's client and the backend's handlers are both derived from it. */
import type { z } from 'zod'
import { annotatorCalls } from './annotator.ts'
import { appCalls } from './app.ts'
import { browseCalls, reviewCalls } from './browse.ts'
import { classCalls } from './classes.ts'
import { correctionCalls } from './corrections.ts'
import { labelCalls } from './labels.ts'
import { jobCalls } from './jobs.ts'
import { mapCalls } from './maps.ts'
import { projectCalls } from './project.ts'
import { trainingCalls } from './training.ts'

export const calls = {
  ...appCalls,
  ...projectCalls,
  ...classCalls,
  ...browseCalls,
  ...reviewCalls,
  ...correctionCalls,
  ...labelCalls,
  ...mapCalls,
  ...annotatorCalls,
  ...jobCalls,
  ...trainingCalls,
}

export type CallName = keyof typeof calls
/** Input as a caller writes it. */
export type CallInput<Name extends CallName> = z.input<(typeof calls)[Name]['input']>
/** Input as a handler receives it. */
export type CallRequest<Name extends CallName> = z.output<(typeof calls)[Name]['input']>
export type CallOutput<Name extends CallName> = z.output<(typeof calls)[Name]['output']>

/** One handler for each call: a missing one is a compile error. */
export type Handlers<Context> = {
  [Name in CallName]: (
    input: CallRequest<Name>,
    context: Context,
  ) => CallOutput<Name> | Promise<CallOutput<Name>>
}
