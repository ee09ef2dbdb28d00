/** Checks and probes an annotator file before a long run. */
import { checkAnnotator, probeAnnotator } from './try-annotator.ts'
import type { HandlersOf } from '../context.ts'

export const annotatorHandlers: HandlersOf<'annotator.check' | 'annotator.probe'> = {
  'annotator.check': (request, { session, signal }) =>
    checkAnnotator(session.require().project, request, { signal }),
  'annotator.probe': (input, { session, signal }) =>
    probeAnnotator(session.require().project, input, { signal }),
}
