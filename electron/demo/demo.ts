/** The built-in sample from end to end: scenes, annotator, label maps, students, measures, report. */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { fail } from '../../core/base/error.ts'
import { loadDigitPools } from '../../core/dataset/digit-scenes/digits.ts'
import { writeOnnx } from '../../core/graph/files/write.ts'
import { writeAtomicSync } from '../../core/base/files/atomic.ts'
import type { CommandContext } from '../cli/action.ts'
import { trainAnnotator } from './annotator.ts'
import type { AnnotatorResult } from './annotator.ts'
import { demoPaths, watchOf } from './context.ts'
import type { DemoContext } from './context.ts'
import { chooseCrops, chooseScenes, qualityOf, readMaps } from './gallery.ts'
import type { MappedScenes } from './gallery.ts'
import { demoRecipe, normalising } from './recipe.ts'
import type { DemoScale } from './recipe.ts'
import { relabelScenes } from './relabel.ts'
import { reportPage } from './report/page.ts'
import { digitClasses, makeProject, makeScenes } from '../tasks/sample/scenes.ts'
import { loadScenes, readTruthLines } from './scenes.ts'
import { openDemo } from './state.ts'
import type { Part, PartTime } from './state.ts'
import { studentRecipe, trainStudent } from './students.ts'
import type { StudentResult } from './students.ts'
import { summary } from './table.ts'
import type { SummaryRow, TrainedRow } from './table.ts'
import type { TargetQuality } from './targets.ts'

export interface DemoOptions extends DemoScale {
  /** The demo's output folder. */
  out: string
}

export interface DemoResult {
  dir: string
  project: string
  report: string
  rows: SummaryRow[]
  students: TrainedRow[]
  annotator: Omit<AnnotatorResult, 'model'>
  quality: TargetQuality
  parts: PartTime[]
}

/** Makes or completes the demo in `options.out`. Throws `cancelled` if the user stops it; a second start continues. */
export async function runDemo(
  options: DemoOptions,
  command: Pick<CommandContext, 'signal' | 'note' | 'progress'>,
): Promise<DemoResult> {
  const dir = resolve(options.out)
  const state = openDemo(dir)
  const context: DemoContext = { recipe: demoRecipe(options), paths: demoPaths(dir), state, command }
  try {
    return await run(context)
  } catch (error) {
    if (!command.signal.aborted) throw error
    return fail('cancelled', 'the demo was stopped; run the same command again to continue', { dir }, error)
  }
}

async function run(context: DemoContext): Promise<DemoResult> {
  const { recipe, paths, state } = context
  const times: PartTime[] = []
  const timed = async <T>(name: string, part: Promise<Part<T>>): Promise<T> => {
    const { result, seconds, reused } = await part
    times.push({ name, seconds, reused })
    context.command.note(`${name}: ${reused ? 'made earlier' : `${seconds.toFixed(1)} s`}`)
    return result
  }
  const made = { scenes: recipe.scenes }
  await timed(
    'scenes',
    state.part('scenes', made, () => scenes(context)),
  )
  await timed(
    'project',
    state.part('project', made, () =>
      makeProject(paths.project, paths.scenes, watchOf(context, 'read scenes')),
    ),
  )
  const taught = { ...made, annotator: recipe.annotator, normalising }
  const annotator = await timed(
    'annotator',
    state.part('annotator', taught, () => annotate(context)),
  )
  const mapped = { ...taught, relabel: recipe.relabel }
  const { annotation } = await timed(
    'label maps',
    state.part('label maps', mapped, () => relabelScenes(context)),
  )
  const train = await trainScenes(context, annotation)
  const quality = await timed(
    'targets',
    state.part('targets', mapped, () => Promise.resolve(qualityOf(train))),
  )
  const { trained, results } = await students(context, mapped, annotation, times)

  const rows = summary(trained)
  const page = reportPage({
    classes: digitClasses.map(entry => entry.name),
    scenes: recipe.scenes,
    rows,
    parts: times,
    annotator,
    quality,
    real: curves(results, epoch => (epoch.real === null ? undefined : 100 * epoch.real)),
    loss: curves(results, epoch => epoch.loss),
    gallery: await chooseScenes(train, 12),
    crops: await chooseCrops(train, 9),
    made: `Made ${new Date().toISOString().slice(0, 10)} on ${process.platform} with ${availableParallelism()} cores.`,
  })
  writeAtomicSync(paths.report, page)
  return {
    dir: state.dir,
    project: paths.project,
    report: paths.report,
    rows,
    students: trained,
    annotator,
    quality,
    parts: times,
  }
}

async function scenes(context: DemoContext): Promise<Record<string, number>> {
  const { recipe, paths } = context
  const pools = await loadDigitPools(recipe.scenes)
  writeAtomicSync(paths.classes, `${JSON.stringify(digitClasses)}\n`)
  return makeScenes(paths.scenes, pools, recipe.scenes, watchOf(context, 'draw scenes'))
}

async function annotate(context: DemoContext): Promise<Omit<AnnotatorResult, 'model'>> {
  const { recipe, paths, command } = context
  const pools = await loadDigitPools(recipe.scenes)
  const watch = watchOf(context, 'train annotator')
  const { model, ...result } = await trainAnnotator(
    pools,
    recipe.scenes,
    recipe.annotator,
    (done, total) => watch.onProgress(done, total),
    command.signal,
  )
  await writeOnnx(model, paths.annotator)
  return result
}

async function trainScenes({ recipe, paths }: DemoContext, annotation: string): Promise<MappedScenes> {
  if (!existsSync(paths.annotator))
    fail('not-found', `${paths.annotator} is gone; delete the demo's folder and start again`)
  const truth = await readTruthLines(paths.scenes, 'train')
  const maps = await readMaps(paths.project, annotation, truth)
  return { folder: `${paths.scenes}/train`, side: recipe.scenes.size, truth, maps }
}

/** Trains all students of the recipe, seed by seed, so that a table that is stopped early is complete for some seeds. */
async function students(
  context: DemoContext,
  made: object,
  annotation: string,
  times: PartTime[],
): Promise<{ trained: TrainedRow[]; results: Map<string, StudentResult> }> {
  const { recipe, paths, state, command } = context
  let loaded: ReturnType<typeof loadScenes> | undefined
  const test = (): ReturnType<typeof loadScenes> =>
    (loaded ??= loadScenes(paths.scenes, 'test', recipe.scenes.size))
  const trained: TrainedRow[] = []
  const results = new Map<string, StudentResult>()
  for (let seed = 0; seed < recipe.seeds; seed++)
    for (const row of recipe.rows) {
      const config = { ...made, recipe: studentRecipe(context, row, seed), testCrops: recipe.testCrops }
      const name = `student ${row.name}, seed ${seed}`
      const make = (): Promise<StudentResult> => trainStudent(context, row, seed, annotation, test)
      const { result, seconds, reused } = await state.part(name, config, make)
      times.push({ name, seconds, reused })
      command.note(`${name}: ${reused ? 'made earlier' : `${seconds.toFixed(1)} s`}`)
      trained.push({ name: row.name, seed, measures: result.measures, seconds: result.seconds })
      if (!results.has(row.name)) results.set(row.name, result)
    }
  return { trained, results }
}

type Curve = { name: string; colour: number; points: [number, number][] }

function curves(
  results: ReadonlyMap<string, StudentResult>,
  value: (epoch: StudentResult['epochs'][number]) => number | undefined,
): Curve[] {
  return [...results].map(([name, { epochs }], colour) => ({
    name,
    colour,
    points: epochs.flatMap(epoch => {
      const y = value(epoch)
      return y === undefined ? [] : [[epoch.epoch, y] as [number, number]]
    }),
  }))
}
