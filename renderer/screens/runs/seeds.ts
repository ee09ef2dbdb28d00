/** Groups runs that differ only in their seed, and estimates the significance of differences. */
import type { RunComparison, RunInfo } from '../../../core/contract/api/training.ts'
import type { Part } from '../../recipe/parts.ts'

/** Runs of one recipe with several seeds. */
export interface SeedGroup {
  runs: RunInfo[]
  /** Number of runs with the measure. */
  n: number
  mean: number
  /** Sample standard deviation; null with one run. */
  sd: number | null
}

/** Settings that affect only the speed. */
const indifferent = new Set(['seed', 'workers', 'prefetch', 'threads', 'cache', 'checkpoint', 'logEvery'])

/** What the table knows about a run, except its seed. */
const signature = (run: RunInfo): string =>
  JSON.stringify([run.student, run.supervision, run.annotation, run.snapshot, run.ofEpochs])

/** Finished runs that may differ from another one only in their seed, so their recipes are needed. */
export function seedCandidates(runs: readonly RunInfo[]): string[] {
  const seeds = new Map<string, Set<number>>()
  const done = runs.filter(run => run.status === 'done')
  for (const run of done) seeds.set(signature(run), (seeds.get(signature(run)) ?? new Set()).add(run.seed))
  return done.filter(run => (seeds.get(signature(run))?.size ?? 0) > 1).map(run => run.id)
}

/** Identity of a run, except its seed. Without its recipe it matches no other. */
export function recipeKey(run: RunInfo, recipe: Part | null | undefined): string {
  if (!recipe) return run.id
  const settings = Object.entries(recipe).filter(([key]) => !indifferent.has(key))
  return JSON.stringify([run.snapshot, run.annotation, settings.sort(([a], [b]) => (a < b ? -1 : 1))])
}

/** Mean and sample standard deviation. */
export function spread(values: readonly number[]): { mean: number; sd: number | null } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  if (values.length < 2) return { mean, sd: null }
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) }
}

/**
 * Finished runs by recipe, those with the measure on `split` only, in the order of their first run. `recipes` by run id;
 * a run whose recipe is not known (yet) is a group of its own.
 */
export function seedGroups(
  runs: readonly RunInfo[],
  recipes: ReadonlyMap<string, Part | null>,
  split: string,
  measure: 'top1' | 'real' | 'mAP',
): SeedGroup[] {
  const groups = new Map<string, RunInfo[]>()
  for (const run of runs) {
    if (run.status !== 'done' || run.split !== split || typeof run.metrics?.[measure] !== 'number') continue
    const key = recipeKey(run, recipes.get(run.id))
    groups.set(key, [...(groups.get(key) ?? []), run])
  }
  return [...groups.values()].map(group => {
    // Two runs with the same seed are identical and do not inform about the spread.
    const bySeed = new Map(group.map(run => [run.seed, run.metrics![measure]!]))
    return { runs: group, n: bySeed.size, ...spread([...bySeed.values()]) }
  })
}

/** Whether a difference of two runs may be chance. */
export interface Noise {
  /** Difference of the means, other − base. */
  difference: number
  /** Differences up to this size (a share) are within the 95 % range of chance. */
  threshold: number
  /**
   * `seeds`: from the spread over seeds; `images`: one seed each, only from the number of images — another seed may move
   * the result further.
   */
  from: 'seeds' | 'images'
  seeds: [base: number, other: number]
}

const z95 = 1.96
/** Two-sided 95 % points of Student's t for 1, 2, … degrees of freedom. */
const t95 = [12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]

/** From seeds: Welch's interval with the degrees of freedom that it gives. Both groups need two seeds. */
export function seedNoise(base: SeedGroup, other: SeedGroup): Noise | null {
  if (base.sd === null || other.sd === null) return null
  const [a, b] = [base.sd ** 2 / base.n, other.sd ** 2 / other.n]
  const error = Math.sqrt(a + b)
  const freedom = error === 0 ? 10 : (a + b) ** 2 / (a ** 2 / (base.n - 1) + b ** 2 / (other.n - 1))
  const t = t95[Math.max(0, Math.floor(freedom) - 1)] ?? z95
  return {
    difference: other.mean - base.mean,
    threshold: t * error,
    from: 'seeds',
    seeds: [base.n, other.n],
  }
}

/**
 * From the images alone: both runs answered the same ones, so only those count that exactly one has right (McNemar).
 */
export function imageNoise(agreement: RunComparison['agreement'], seeds: [number, number]): Noise | null {
  const { both, base, other, neither } = agreement
  const images = both + base + other + neither
  if (images === 0) return null
  const difference = (other - base) / images
  const variance = Math.max(0, (base + other) / images - difference ** 2) / images
  return { difference, threshold: z95 * Math.sqrt(variance), from: 'images', seeds }
}
