/** `relabel target`: the soft target of a crop, exactly as in training. */
import type { Command } from 'commander'
import { Option } from 'commander'
import { fail, messageOf, RelabelError } from '../../core/base/error.ts'
import {
  applyLayer,
  correctedCell,
  layerSize,
  type CorrectionLayer,
} from '../../core/labelmap/corrections/index.ts'
import { classSpaceOf, mapOptions, type ClassSpace } from '../../core/labelmap/class-space.ts'
import { openLabelMaps } from '../../core/labelmap/files/index.ts'
import type { LabelMap } from '../../core/labelmap/label-map.ts'
import { axes } from '../../core/contract/recipe.ts'
import { checkCrop, type Axes, type Crop } from '../../core/pooling/crop.ts'
import { createTargetScratch, poolTarget } from '../../core/pooling/target.ts'
import { getAnnotation } from '../../core/project/annotations.ts'
import { readLayers } from '../../core/project/corrections/store.ts'
import { findImage, listSplits, type ImageRow } from '../../core/project/images.ts'
import { openProject, type Project } from '../../core/project/project.ts'
import { matchClasses } from '../../core/labelmap/match-classes.ts'
import { act, leaf, numberOption, numbersOption, type CommandContext, type CommandResult } from './action.ts'

interface Options {
  image: string
  crop?: number[]
  axes: Axes
  annotation?: string
  machine?: true
  top: number
}

export function register(program: Command): void {
  leaf(program, 'target <project>', 'the soft target of a crop: class ids, names, probabilities')
    .requiredOption('--image <rel>', "the image's path in its split, or SPLIT/PATH")
    .option('--crop <top,left,h,w>', 'pixels; default: the whole image', numbersOption('--crop', 4))
    .addOption(
      new Option('--axes <order>', 'published: swap the axes as the released code does')
        .choices(axes.options)
        .default('correct'),
    )
    .option('--annotation <id>', 'annotation to use; default: the newest finished one')
    .option('--machine', "use the machine's map, without corrections")
    .option('--top <n>', 'number of classes to list', numberOption('--top', { min: 1, integer: true }), 10)
    .action(act(target))
}

/** The image with a key, or with a path that exists in only one split. */
function imageOf(project: Project, name: string): ImageRow {
  const exact = findImage(project, name)
  if (exact) return exact
  const found = listSplits(project).flatMap(split => findImage(project, `${split.name}/${name}`) ?? [])
  if (found.length > 1)
    fail(
      'usage',
      `"${name}" is in several splits: ${found.map(image => image.key).join(', ')}; name one of these`,
    )
  return found[0] ?? fail('not-found', `the project has no image "${name}"`, { image: name })
}

async function target(_: CommandContext, dir: string, options: Options): Promise<CommandResult> {
  const project = openProject(dir, { readonly: true })
  try {
    const image = imageOf(project, options.image)
    const annotation = getAnnotation(project, options.annotation)
    const maps = await openLabelMaps(annotation.dir)
    try {
      const machine = await maps.get(image.key)
      const [top = 0, left = 0, height = image.height, width = image.width] = options.crop ?? []
      const crop: Crop = { top, left, height, width }
      requireInside(crop, image)
      const { fill, classes } = maps.manifest
      const layer = readLayers(project, annotation.id, [image.key]).get(image.key)
      const used = layer !== undefined && options.machine !== true
      const space = classSpaceOf(matchClasses(classes, project.classes), {
        fill,
        into: project.classes.map((one, p) => one.into ?? p),
      })
      const map = used ? applyLayer(machine, layer, mapOptions(space)) : machine
      return describe(project, { image, annotation: annotation.id, map, crop }, options, {
        space,
        corrections: layer ? { entries: layerSize(layer), used } : null,
        listed: used ? listedClasses(machine, layer) : null,
      })
    } finally {
      await maps.close()
    }
  } finally {
    project.close()
  }
}

/** The map classes that some cell of the corrected map lists, without padding. */
function listedClasses(machine: LabelMap, layer: CorrectionLayer): Set<number> {
  const listed = new Set<number>()
  for (let cell = 0; cell < machine.shape[1] * machine.shape[2]; cell++) {
    const { ids, count } = correctedCell(machine, layer, cell)
    for (const id of ids.slice(0, count)) listed.add(id)
  }
  return listed
}

/** The problem is the combination of crop and image, not the command line. */
function requireInside(crop: Crop, image: ImageRow): void {
  try {
    checkCrop(crop, image)
  } catch (error) {
    fail('mismatch', `${image.key}: ${messageOf(error)}`, error instanceof RelabelError ? error.detail : {})
  }
}

function describe(
  project: Project,
  { image, annotation, map, crop }: { image: ImageRow; annotation: string; map: LabelMap; crop: Crop },
  options: Options,
  annotator: {
    space: ClassSpace
    /** Number of entries in the image's layer, and whether they are applied; null: not corrected. */
    corrections: { entries: number; used: boolean } | null
    /** The classes that the map lists, without padding; null: all in it. */
    listed: Set<number> | null
  },
): CommandResult {
  const { classMap, fill } = annotator.space
  const scratch = createTargetScratch(classMap, { axes: options.axes, fill })
  const probabilities = new Float32Array(project.classes.length)
  const { unmatchedMass } = poolTarget(map, crop, image, probabilities, scratch)
  const { pooled } = scratch
  const known = annotator.listed && new Set([...annotator.listed].map(id => classMap.target[id]))
  const listed = [...pooled.list.subarray(0, pooled.count)]
    .filter(id => known?.has(id) ?? true)
    .sort((a, b) => probabilities[b]! - probabilities[a]! || a - b)
  const mass = listed.reduce((sum, id) => sum + probabilities[id]!, 0)
  const backgroundMass = Math.max(0, 1 - mass)
  const classes = listed.slice(0, options.top).map(id => ({
    class: id,
    name: project.classes[id]?.name ?? '',
    probability: probabilities[id]!,
  }))
  const json = {
    image: image.key,
    annotation,
    crop,
    axes: options.axes,
    label: image.label,
    classes,
    listed: listed.length,
    backgroundMass,
    unmatchedMass,
    corrections: annotator.corrections,
  }
  const label = image.label === null ? 'none' : `${image.label} ${project.classes[image.label]?.name ?? ''}`
  const { corrections } = annotator
  const note =
    corrections &&
    (corrections.used
      ? `  of the corrected map (${corrections.entries} corrections; --machine leaves them out)`
      : `  of the machine's map, without its ${corrections.entries} corrections`)
  const lines = [
    `${image.key}, crop top ${crop.top}, left ${crop.left}, height ${crop.height}, width ${crop.width} (given label: ${label})`,
    ...(note ? [note] : []),
    ...classes.map(
      entry => `  ${entry.probability.toFixed(6)}  ${String(entry.class).padStart(5)}  ${entry.name}`,
    ),
    `  ${backgroundMass.toFixed(6)}  background: all classes that the map does not list here`,
    `  ${unmatchedMass.toFixed(6)}  of the pooled mass is on annotator classes that the project does not have`,
  ]
  return { json, text: lines.join('\n') }
}
