/** The queries of the reader threads: long queries over all images, and label maps. */
import type { ImageFilter, ImageQuery } from '../../../core/contract/api/browse.ts'
import { openBrowser, type Browser } from '../../../core/project/browse/browser.ts'
import type { Project } from '../../../core/project/project.ts'
import {
  annotationsWithMap,
  labelMapBytes,
  labelMapTotals,
  mapExtent,
  type LabelMapTotals,
} from './label-maps.ts'

let opened: Browser | undefined
/** One browser per thread, because its cache is reused between calls. */
const browser = (project: Project): Browser => (opened ??= openBrowser(project))

/** Reads ahead the data for filters and sorts; false: everything is loaded. */
export const warmUp = (project: Project): boolean => browser(project).warm()

/** All queries run on a read-only connection. */
export const queries = {
  /** Returns once the thread has opened the project. */
  opened: (): true => true,
  count: (project: Project, input: ImageQuery): ReturnType<Browser['count']> => browser(project).count(input),
  page: (
    project: Project,
    input: { query: ImageQuery; offset: number; limit: number },
  ): ReturnType<Browser['page']> => browser(project).page(input.query, input.offset, input.limit),
  place: (project: Project, input: { query: ImageQuery; id: number }): ReturnType<Browser['place']> =>
    browser(project).place(input.query, input.id),
  histograms: (project: Project, input: ImageFilter): ReturnType<Browser['histograms']> =>
    browser(project).histograms(input),
  map: (project: Project, input: { annotation: string; key: string }): Promise<ArrayBuffer> =>
    labelMapBytes(project, input.annotation, input.key),
  extent: (project: Project, input: { annotation: string; key: string }): ReturnType<typeof mapExtent> =>
    mapExtent(project, input.annotation, input.key),
  mapped: (project: Project, input: { key: string }): Promise<string[]> =>
    annotationsWithMap(project, input.key),
  totals: (project: Project, input: { annotation: string }): Promise<LabelMapTotals> =>
    labelMapTotals(project, input.annotation),
}
