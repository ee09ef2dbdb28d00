/** What the reading threads can be asked: long queries over all images, and label maps. */
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
/** What a browser remembers between calls is worth keeping: one per thread. */
const browser = (project: Project): Browser => (opened ??= openBrowser(project))

/** Reads ahead what filters and sorts will need; false: there is no more. */
export const warmUp = (project: Project): boolean => browser(project).warm()

/** Everything runs on a connection that only reads. */
export const queries = {
  /** Answers once the thread has opened the project. */
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
