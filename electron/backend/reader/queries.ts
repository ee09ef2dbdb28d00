/** The queries of the reader threads: long queries over all images, and label maps. */
import type { ImageFilter, ImageQuery } from '../../../core/contract/api/browse.ts'
import type { ClassCounts } from '../../../core/contract/api/classes.ts'
import { openBrowser, type Browser } from '../../../core/project/browse/browser.ts'
import { resolveFilter } from '../../../core/project/browse/filter-classes.ts'
import { classCounts, imagesOfClasses } from '../../../core/project/classes/counts.ts'
import type { MeasuresRow } from '../../../core/project/browse/measures.ts'
import type { UnmeasuredImage } from '../../../core/project/browse/unmeasured.ts'
import type { Metrics } from '../../../core/contract/metrics.ts'
import { rescore, type RunOnSplit } from '../../tasks/evaluate/rescore.ts'
import type { Project } from '../../../core/project/project.ts'
import {
  annotationsWithMap,
  labelMapBytes,
  labelMapTotals,
  mapExtent,
  measuresOf,
  type LabelMapTotals,
} from './label-maps.ts'
import { regionsOfImages } from './regions.ts'

let opened: Browser | undefined
/** One browser per thread, because its cache is reused between calls. */
const browser = (project: Project): Browser => (opened ??= openBrowser(project))

/** Reads ahead the data for filters and sorts; false: everything is loaded. */
export const warmUp = (project: Project): boolean => browser(project).warm()

const resolvedQuery = (project: Project, query: ImageQuery): ImageQuery => ({
  ...query,
  filter: resolveFilter(project, query.filter),
})

/** All queries run on a read-only connection. */
export const queries = {
  /** Returns once the thread has opened the project. */
  opened: (): true => true,
  count: (project: Project, input: ImageQuery): ReturnType<Browser['count']> =>
    browser(project).count(resolvedQuery(project, input)),
  page: (
    project: Project,
    input: { query: ImageQuery; offset: number; limit: number },
  ): ReturnType<Browser['page']> =>
    browser(project).page(resolvedQuery(project, input.query), input.offset, input.limit),
  place: (project: Project, input: { query: ImageQuery; id: number }): ReturnType<Browser['place']> =>
    browser(project).place(resolvedQuery(project, input.query), input.id),
  histograms: (project: Project, input: ImageFilter): ReturnType<Browser['histograms']> =>
    browser(project).histograms(resolveFilter(project, input)),
  map: (project: Project, input: { annotation: string; key: string }): Promise<ArrayBuffer> =>
    labelMapBytes(project, input.annotation, input.key),
  extent: (project: Project, input: { annotation: string; key: string }): ReturnType<typeof mapExtent> =>
    mapExtent(project, input.annotation, input.key),
  measure: (
    project: Project,
    input: { annotation: string; images: readonly UnmeasuredImage[] },
  ): Promise<MeasuresRow[]> => measuresOf(project, input.annotation, input.images),
  regions: (project: Project, input: { images: readonly number[] }): ReturnType<typeof regionsOfImages> =>
    regionsOfImages(project, input),
  rescore: (project: Project, input: RunOnSplit): Metrics => rescore(project, input),
  mapped: (project: Project, input: { key: string }): Promise<string[]> =>
    annotationsWithMap(project, input.key),
  totals: (project: Project, input: { annotation: string }): Promise<LabelMapTotals> =>
    labelMapTotals(project, input.annotation),
  classCounts: (project: Project): ClassCounts => classCounts(project),
  imagesOfClasses: (
    project: Project,
    input: { classes: readonly number[] },
  ): ReturnType<typeof imagesOfClasses> => imagesOfClasses(project, input.classes),
}
