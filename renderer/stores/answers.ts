/**
 * What was asked of the backend for single images: asked in batches for those in sight, kept for a while, and asked again
 * once it is out of date.
 */

export interface AnswerOptions<Answer> {
  /** Images of one request. */
  batch: number
  /** Number of kept answers; those not in sight are dropped first. */
  keep: number
  fetch(images: readonly number[], signal: AbortSignal): Promise<readonly Answer[]>
  imageOf(answer: Answer): number
  /** `of` may give other answers. */
  changed(): void
}

export interface Answers<Answer> {
  /** The last answer, perhaps out of date until the next one is there; undefined: not known yet. */
  of(image: number): Answer | undefined
  /** Sets the images in sight; requests that none of them needs are cancelled. */
  want(images: readonly number[]): void
  /** These images changed; null: any may have. */
  outdate(images: readonly number[] | null): void
  /** Forgets every answer, and asks again for the images in sight. */
  clear(): void
}

/** The state of the cache. */
interface Cache<Answer> {
  options: AnswerOptions<Answer>
  /** Least recently wanted first. */
  kept: Map<number, { answer: Answer; fresh: boolean }>
  wanted: readonly number[]
  /** Images of the request under way, and those of them that changed since it was sent. */
  asked: Set<number>
  changed: Set<number>
  control: AbortController | null
  /** Images whose request failed: not asked again until something changes. */
  failed: Set<number>
}

function start<Answer>(cache: Cache<Answer>): void {
  if (cache.control) return
  const { kept, failed, options } = cache
  const images = cache.wanted.filter(image => !kept.get(image)?.fresh && !failed.has(image))
  if (images.length > 0) void load(cache, images.slice(0, options.batch))
}

async function load<Answer>(cache: Cache<Answer>, images: readonly number[]): Promise<void> {
  const { options } = cache
  const control = (cache.control = new AbortController())
  cache.asked = new Set(images)
  cache.changed.clear()
  try {
    const answers = await options.fetch(images, control.signal)
    if (control.signal.aborted) return
    for (const answer of answers) {
      const image = options.imageOf(answer)
      cache.kept.set(image, { answer, fresh: !cache.changed.has(image) })
    }
    // One that was not answered for is not asked for again and again.
    for (const image of images) if (!cache.kept.get(image)) cache.failed.add(image)
    drop(cache)
    options.changed()
  } catch {
    if (!control.signal.aborted) for (const image of images) cache.failed.add(image)
  } finally {
    if (cache.control === control) {
      cache.control = null
      cache.asked.clear()
      start(cache)
    }
  }
}

function drop<Answer>({ kept, wanted, options }: Cache<Answer>): void {
  const needed = new Set(wanted)
  for (const image of kept.keys()) {
    if (kept.size <= options.keep) return
    if (!needed.has(image)) kept.delete(image)
  }
}

function cancel<Answer>(cache: Cache<Answer>): void {
  cache.control?.abort()
  cache.control = null
  cache.asked.clear()
}

function outdate<Answer>(cache: Cache<Answer>, images: readonly number[] | null): void {
  const { kept, asked, changed, failed } = cache
  if (images === null) failed.clear()
  for (const image of images ?? kept.keys()) {
    const known = kept.get(image)
    if (known) kept.set(image, { ...known, fresh: false })
    failed.delete(image)
  }
  for (const image of images ?? asked) if (asked.has(image)) changed.add(image)
  start(cache)
}

export function createAnswers<Answer>(options: AnswerOptions<Answer>): Answers<Answer> {
  const cache: Cache<Answer> = {
    options,
    kept: new Map(),
    wanted: [],
    asked: new Set(),
    changed: new Set(),
    control: null,
    failed: new Set(),
  }
  return {
    of: image => cache.kept.get(image)?.answer,
    want(images) {
      cache.wanted = images
      for (const image of images) {
        const known = cache.kept.get(image)
        if (!known) continue
        cache.kept.delete(image)
        cache.kept.set(image, known)
      }
      if (cache.control && !images.some(image => cache.asked.has(image))) cancel(cache)
      start(cache)
    },
    outdate: images => outdate(cache, images),
    clear() {
      cancel(cache)
      cache.kept.clear()
      cache.failed.clear()
      start(cache)
    },
  }
}
