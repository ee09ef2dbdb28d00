/** Browsing and saved views: queries go to the reader threads, views are stored by the writer. */
import { imageItem } from '../../../core/project/browse/image-items.ts'
import { listViews, removeView, saveView } from '../../../core/project/browse/saved-views.ts'
import { getImage } from '../../../core/project/images.ts'
import type { HandlersOf } from '../context.ts'

type Names =
  | 'browse.count'
  | 'browse.page'
  | 'browse.place'
  | 'browse.histograms'
  | 'views.list'
  | 'views.save'
  | 'views.remove'
  | 'images.get'

export const browseHandlers: HandlersOf<Names> = {
  'browse.count': (query, { session, signal }) =>
    session.require().reader.ask('quick', 'count', query, signal),
  'browse.page': (input, { session, signal }) => session.require().reader.ask('quick', 'page', input, signal),
  'browse.place': (input, { session, signal }) =>
    session.require().reader.ask('quick', 'place', input, signal),
  'browse.histograms': (filter, { session, signal }) =>
    session.require().reader.ask('slow', 'histograms', filter, signal),
  'views.list': (_, { session }) => listViews(session.require().project),
  'views.save': ({ name, query }, { session }) => saveView(session.writable().project, name, query),
  'views.remove': ({ id }, { session }) => removeView(session.writable().project, id),
  async 'images.get'(which, { session, signal }) {
    const { project, reader } = session.require()
    const item = imageItem(project, which)
    const { file, truth, boxes } = getImage(project, item.id)
    const maps = await reader.ask('quick', 'mapped', { key: item.key }, signal)
    return { item, file, truth, boxes, maps }
  },
}
