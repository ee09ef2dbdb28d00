/** `relabel bench regions PROJECT…`: what the Regions view shows of every label map of a project (docs/regions.md). */
import { resolve } from 'node:path'
import { fail } from '../../core/base/error.ts'
import { shortNames } from '../../core/labelmap/class-names.ts'
import { classSpaceOf, shownMap } from '../../core/labelmap/class-space.ts'
import { openLabelMaps } from '../../core/labelmap/files/index.ts'
import type { LabelMap } from '../../core/labelmap/label-map.ts'
import { matchClasses } from '../../core/labelmap/match-classes.ts'
import { countSure, placeChips, planRegions, type RegionPlan } from '../../core/labelmap/regions/index.ts'
import { currentAnnotation } from '../../core/project/overview.ts'
import { listImages } from '../../core/project/images.ts'
import { openProject } from '../../core/project/project.ts'
import { outlinedShare } from './outlined-share.ts'

/** Widths of the picture at which names are placed, CSS pixels. */
const widths = [900, 520]
/** About the width of a letter of the chips' font. */
const letter = 7

interface Seen {
  plan: RegionPlan
  /** Classes that lead cells. */
  leading: number
  /** Cells that the given label leads. */
  givenCells: number
  milliseconds: number
  bare: number
  /** Chips, and drawn classes without a name, at each width. */
  chips: { placed: number; unnamed: number; givenNamed: boolean }[]
}

/** The figures of every project, by folder. */
export async function benchRegions(folders: readonly string[]): Promise<Record<string, unknown>> {
  if (folders.length === 0)
    fail('usage', 'name the folder of a project with label maps: relabel bench regions PROJECT')
  const results: Record<string, unknown> = {}
  for (const folder of folders) results[folder] = await measure(resolve(folder))
  return results
}

async function measure(dir: string): Promise<unknown> {
  const project = openProject(dir, { readonly: true })
  try {
    const annotation = currentAnnotation(project)
    if (!annotation) fail('not-found', `${dir} has no label maps; make them with "relabel annotate"`)
    const reader = await openLabelMaps(annotation.dir)
    try {
      const { manifest } = reader
      const { fill } = manifest
      const space = classSpaceOf(matchClasses(manifest.classes, project.classes), { fill })
      const names = shortNames(project.classes.map(({ name }) => name))
      const images = listImages(project).filter(({ key }) => reader.has(key))
      const maps = images.map(({ key }) => shownMap(reader.getSync(key), space))
      const counter = countSure(space.classes, fill)
      for (const map of maps) counter.add(map)
      const sure = annotation.sure ?? counter.value()
      const options = { classes: space.classes, fill, sure }
      for (const map of maps.slice(0, 20)) planRegions(map, { ...options, given: null }) // warms up
      const seen = images.map(({ label, width, height }, i) =>
        look(
          maps[i]!,
          { ...options, given: label },
          { name: id => names[id] ?? `${id}`, shape: height / width },
        ),
      )
      return { classes: space.classes, sure, map: maps[0]?.shape, ...figures(seen) }
    } finally {
      await reader.close()
    }
  } finally {
    project.close()
  }
}

function look(
  map: LabelMap,
  options: Parameters<typeof planRegions>[1],
  picture: { name(id: number): string; shape: number },
): Seen {
  const start = performance.now()
  const plan = planRegions(map, options)
  const milliseconds = performance.now() - start
  const drawn = new Set(plan.regions.map(({ id }) => id))
  const chips = widths.map(width => {
    const placed = placeChips(plan, {
      width,
      height: width * picture.shape,
      textWidth: text => letter * text.length,
      name: picture.name,
      percent: share => `${Math.round(100 * share)} %`,
      nowhere: name => `${name}: not on this map`,
    })
    const named = new Set(
      placed.flatMap(({ region, text }) => {
        const id = plan.regions[region]?.id
        return id !== undefined && text.startsWith(picture.name(id)) ? [id] : []
      }),
    )
    return {
      placed: placed.length,
      unnamed: [...drawn].filter(id => !named.has(id)).length,
      givenNamed: options.given !== null && named.has(options.given),
    }
  })
  return {
    plan,
    leading: new Set(plan.leader.filter(id => id >= 0)).size,
    givenCells: plan.leader.filter(id => id === options.given).length,
    milliseconds,
    bare: 1 - outlinedShare(plan),
    chips,
  }
}

function figures(seen: readonly Seen[]): Record<string, unknown> {
  const drawn = seen.map(({ plan }) => plan.target.size)
  const bare = seen.map(one => one.bare)
  const labelled = seen.filter(({ plan }) => plan.given !== null)
  const because = (role: string): { classes: number; pictures: number } => {
    const each = seen.map(
      ({ plan }) => new Set(plan.regions.flatMap(one => (one.role === role ? [one.id] : []))).size,
    )
    return { classes: each.reduce((sum, n) => sum + n, 0), pictures: each.filter(n => n > 0).length }
  }
  return {
    pictures: seen.length,
    'classes that lead cells': spread(seen.map(one => one.leading)),
    'classes drawn': spread(drawn),
    regions: spread(seen.map(({ plan }) => plan.regions.length)),
    'share outside every outline': { ...spread(bare), least: Math.min(...bare) },
    'more than half bare': `${bare.filter(share => share > 0.5).length} of ${seen.length}`,
    'nothing drawn': drawn.filter(n => n === 0).length,
    'given label drawn and named': {
      'where it leads 3 cells': givenOf(labelled.filter(one => one.givenCells >= 3)),
      'where it leads a cell': givenOf(labelled.filter(one => one.givenCells >= 1)),
      'leads nowhere': labelled.filter(({ plan }) => plan.givenNowhere).length,
    },
    'why drawn': {
      given: because('given'),
      'named by the target': because('named'),
      'sure in one place': because('place'),
    },
    'pictures with a dashed line': seen.filter(({ plan }) => plan.regions.some(one => one.dashed)).length,
    ...Object.fromEntries(
      widths.map((width, i) => [
        `chips at ${width} px`,
        {
          ...spread(seen.map(one => one.chips[i]!.placed)),
          'every class named': `${seen.filter(one => one.chips[i]!.unnamed === 0).length} of ${seen.length}`,
        },
      ]),
    ),
    'milliseconds to plan a map': spread(seen.map(one => one.milliseconds)),
  }
}

const givenOf = (seen: readonly Seen[]): string =>
  `${seen.filter(({ plan, chips }) => plan.shares.has(plan.given!) && chips.every(one => one.givenNamed)).length} of ${seen.length}`

/** Quartiles, 95th percentile and ends of a list, linear between its members. */
function spread(values: readonly number[]): Record<string, number> {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number => {
    const rank = share * (sorted.length - 1)
    const [below, above] = [sorted[Math.floor(rank)] ?? 0, sorted[Math.ceil(rank)] ?? 0]
    return below + (above - below) * (rank - Math.floor(rank))
  }
  return {
    median: at(0.5),
    'lower quartile': at(0.25),
    'upper quartile': at(0.75),
    '95 %': at(0.95),
    most: at(1),
  }
}
