/** What many label maps show: planned in a reader thread of its own, so that no query waits for it. */
import type { HandlersOf } from '../context.ts'

export const mapHandlers: HandlersOf<'maps.regions'> = {
  'maps.regions': ({ images }, { session, signal }) =>
    session.require().reader.ask('maps', 'regions', { images }, signal),
}
