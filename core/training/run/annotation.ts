/** An annotation for training: its maps for a set of images, and its vote on whole images. */
import { messageOf } from '../../base/error.ts'
import type { Recipe } from '../../contract/recipe.ts'
import type { ClassMap } from '../../labelmap/class-map.ts'
import { classSpaceOf, mapOptions, type ClassSpace } from '../../labelmap/class-space.ts'
import type { CorrectionLayer } from '../../labelmap/corrections/index.ts'
import { openLabelMaps } from '../../labelmap/files/index.ts'
import { createTargetScratch, globalSingleTarget } from '../../pooling/target.ts'
import { withoutImages } from '../sample/image-set.ts'
import type { ImageSet } from '../sample/image-set.ts'
import { loadMaps, openMaps } from '../loader/label-maps.ts'
import type { MapSetup } from '../loader/messages.ts'

/** The location of an annotation and the mapping of its classes. */
export interface AnnotationInput {
  id: string
  /** Folder of its label maps. */
  dir: string
  /** From the annotator's classes to the project's. */
  classMap: ClassMap
  /** Names of the annotator's classes. */
  classes: string[]
  /** Logit of classes that a cell does not list. */
  fill: number
  /** The annotator's file name (without its folder) and hash. */
  annotator: { file: string; sha256: string }
  mean: [number, number, number]
  std: [number, number, number]
  /** [project classes]: the class that each was merged into, else itself; absent: none was merged. */
  into?: readonly number[] | undefined
  /** Corrections of the maps by image key; training always uses the corrected map. */
  corrections?: ReadonlyMap<string, CorrectionLayer> | undefined
}

/**
 * The space of the corrected maps that a run reads. Where no correction sets a class that the annotator lacks, it is the
 * annotator's own, as it was before there were such corrections.
 */
function spaceOf(annotation: AnnotationInput, classMap: ClassMap): ClassSpace | null {
  const { corrections, fill, into } = annotation
  // A student of the annotator's own classes has no output for what only the project has.
  const taught = classMap === annotation.classMap
  const own = taught ? into : new Array<number>(annotation.classMap.projectClasses).fill(-1)
  for (const layer of corrections?.values() ?? [])
    for (const entries of layer.values())
      for (const id of entries.keys())
        if (id >= classMap.annotatorClasses) return classSpaceOf(classMap, { fill, into: own })
  return null
}

/** The corrected label maps of a set; images without one, or with a bad one, are left out with the reason. */
export async function readMaps(
  set: ImageSet,
  annotation: AnnotationInput,
  classMap: ClassMap,
  recipe: Recipe,
): Promise<{ set: ImageSet; maps: MapSetup }> {
  const reader = await openLabelMaps(annotation.dir)
  try {
    const refused = new Map<number, string>()
    for (const index of set.subset)
      if (!reader.has(set.images[index]!.key))
        refused.set(index, `annotation ${annotation.id} has no label map of it`)
    const known = withoutImages(set, refused)
    const bad = new Map<number, string>()
    const { fill } = annotation
    const space = spaceOf(annotation, classMap)
    const source = loadMaps(reader, annotation.dir, known, {
      ...(space ? mapOptions(space) : { classes: annotation.classes.length, fill }),
      memoryMb: recipe.cache.memoryMb,
      corrections: annotation.corrections,
      refuse: (index, reason) => bad.set(index, messageOf(reason)),
    })
    return { set: withoutImages(known, bad), maps: { source, classMap: space?.classMap ?? classMap, fill } }
  } finally {
    await reader.close()
  }
}

/** [n]: the argmax of the mean of each image's map in the project's classes; −1 for images that are not in use. */
export async function imageVotes(set: ImageSet, maps: MapSetup): Promise<Int32Array> {
  const { classMap, fill } = maps
  const votes = new Int32Array(set.images.length).fill(-1)
  const scratch = createTargetScratch(classMap, { fill })
  const target = new Float32Array(classMap.projectClasses)
  const access = await openMaps(maps.source)
  for (const index of set.subset) {
    globalSingleTarget(access.get(index), target, scratch)
    votes[index] = target.indexOf(1)
  }
  await access.close()
  return votes
}
