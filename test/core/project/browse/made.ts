/** Random small projects for browsing, with what they hold told twice: in the database and as a model. */
import fc from 'fast-check'
import type { ImageQuery } from '../../../../core/contract/api/browse.ts'
import { reviewStates } from '../../../../core/contract/review-state.ts'
import { addAnnotation } from '../../../../core/project/annotations.ts'
import { useAnnotation, writeMeasures } from '../../../../core/project/browse/measures.ts'
import { imageItem } from '../../../../core/project/browse/image-items.ts'
import { markReview } from '../../../../core/project/browse/review.ts'
import { addImages, addSplit, findImage } from '../../../../core/project/images.ts'
import { changeEach } from '../../../../core/project/labels/change.ts'
import { createProject, type Project } from '../../../../core/project/project.ts'
import type { ModelImage } from './model.ts'

const classCount = 4
export const splitNames = ['train', 'val']

/** Names that would hurt if they were taken for anything but text. */
export const hostileNames = [
  `it's "quoted".png`,
  '100%_off.png',
  '%',
  '_',
  "'; DROP TABLE images; --",
  'abc\u202Egnp.exe',
  'ÄÖÜ/straße.PNG',
  'ИМЯ.jpg',
  'two\nlines.png',
  '猫/ねこ.png',
  `${'long'.repeat(2500)}.png`,
]

const share = fc.oneof(
  fc.constantFrom(0, 0.05, 0.15, 0.35, 0.5, 0.95, 1),
  fc.double({ min: 0, max: 1, noNaN: true }),
)
const name = fc.oneof(
  fc.constantFrom(...hostileNames),
  fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom('a', 'A', 'b', '7', '%', '.', 'é', 'É') }),
)
const image = fc.record({
  split: fc.constantFrom(...splitNames),
  path: fc.tuple(fc.constantFrom('cat', 'Dog'), name).map(parts => parts.join('/')),
  label: fc.option(fc.nat(classCount - 1)),
  /** It came with another label. */
  changed: fc.boolean(),
  problem: fc.boolean(),
  review: fc.constantFrom(...reviewStates),
  corrected: fc.boolean(),
  facts: fc.option(
    fc.record({
      top: fc.nat(classCount - 1),
      confidence: share,
      margin: share,
      entropy: share,
      listed: fc.option(fc.boolean()),
    }),
  ),
})
export const images = fc.uniqueArray(image, {
  minLength: 1,
  maxLength: 40,
  selector: row => `${row.split}/${row.path}`,
})
export type Made = (typeof images extends fc.Arbitrary<infer T> ? T : never)[number]

const rare = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })
const filter = fc
  .record({
    text: rare(
      fc.oneof(
        fc.constantFrom('a', 'CAT/', 'train/', '%', '_', '.PNG', "'", 'é', '\u202E', 'n/d', 'e l'),
        name,
      ),
    ),
    splits: rare(fc.subarray([...splitNames, 'nowhere'])),
    classes: rare(fc.subarray([-1, 0, 1, 2, 3])),
    predicted: rare(fc.subarray([0, 1, 2, 3])),
    review: rare(fc.subarray([...reviewStates])),
    corrected: rare(fc.boolean()),
    disagree: rare(fc.boolean()),
    listed: rare(fc.boolean()),
    changed: rare(fc.boolean()),
    problem: rare(fc.boolean()),
    confidence: rare(fc.tuple(share, share)),
  })
  .map(all => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)))
export const query: fc.Arbitrary<ImageQuery> = fc.record({
  filter,
  sort: fc.record({
    by: fc.constantFrom('name', 'class', 'review', 'confidence'),
    descending: fc.boolean(),
  }),
}) as fc.Arbitrary<ImageQuery>

const otherLabel = (label: number | null): number => (label === null ? 0 : (label + 1) % classCount)

/** Makes the project: images in two goes, so that some come between others that are there. */
export async function makeProject(
  dir: string,
  rows: readonly Made[],
): Promise<{ project: Project; model: ModelImage[] }> {
  const project = createProject(dir, {
    classes: Array.from({ length: classCount }, (_, index) => ({ index, name: `class ${index}` })),
  })
  for (const split of splitNames) addSplit(project, split, dir)
  const half = Math.ceil(rows.length / 2)
  for (const part of [rows.slice(0, half), rows.slice(half)])
    for (const split of splitNames)
      addImages(
        project,
        split,
        part
          .filter(row => row.split === split)
          .map(row => ({
            path: row.path,
            label: row.changed ? otherLabel(row.label) : row.label,
            width: 8,
            height: 8,
            problem: row.problem ? 'it is broken' : null,
          })),
      )
  const { id: other } = addAnnotation(project, { config: 0 })
  const { id } = addAnnotation(project, { config: 1 })
  await useAnnotation(project, other)
  const withIds = rows.map(row => ({ ...row, id: findImage(project, `${row.split}/${row.path}`)!.id }))
  changeEach(project, {
    field: 'label',
    author: 'me',
    values: withIds.map(row => [row.id, row.label] as const),
  })
  const facts = withIds.flatMap(row => (row.facts ? [{ image: row.id, ...row.facts }] : []))
  writeMeasures(project, id, facts.slice(0, 5))
  await useAnnotation(project, id)
  writeMeasures(project, id, facts.slice(5))
  const correct = project.db.prepare('INSERT INTO corrections VALUES (?, ?, 1, ?, ?)')
  for (const row of withIds) {
    markReview(project, { ids: [row.id] }, row.review)
    correct.run(Number(id.slice(1)), row.id, row.corrected ? 3 : 0, Buffer.alloc(0))
    correct.run(Number(other.slice(1)), row.id, 3, Buffer.alloc(0))
  }
  const model = withIds.map(row => ({
    ...row,
    facts: row.facts ? { ...row.facts, score: imageItem(project, { id: row.id }).facts!.score } : null,
  }))
  return { project, model }
}
