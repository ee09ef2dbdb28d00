/** The job that creates the built-in sample: digit scenes, their project, and an annotator to relabel them. */
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fail } from '../../../core/base/error.ts'
import { loadDigitPools } from '../../../core/dataset/digit-scenes/digits.ts'
import { parseSceneOptions, type SceneInput } from '../../../core/dataset/digit-scenes/options.ts'
import { makeProject, makeScenes, type Watch } from './scenes.ts'
import type { JobContext } from '../process/protocol.ts'

/** What to create, and where. */
export interface SampleConfig {
  /** Appears only when complete; replaces what is there. */
  dir: string
  /** Files that are copied next to the project, under their own names. */
  files: string[]
  scenes: SceneInput
}

/** Creates the sample under a temporary name and renames it. */
export async function run(
  config: SampleConfig,
  { signal, progress }: JobContext,
): Promise<{ images: number }> {
  const options = parseSceneOptions(config.scenes)
  const draft = `${config.dir}.draft`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { recursive: true })
  const watch = (phase: string): Watch => {
    const started = performance.now()
    return {
      signal,
      onProgress(done, total) {
        const rate = (1000 * done) / (performance.now() - started)
        progress({ phase, done, total, ...(done > 0 ? { rate, left: (total - done) / rate } : {}) })
      },
    }
  }
  try {
    const scenes = join(draft, 'scenes')
    await makeScenes(scenes, await loadDigitPools(options), options, watch('draw scenes'))
    const { images } = await makeProject(draft, scenes, watch('read scenes'))
    for (const file of config.files) copyFileSync(file, join(draft, file.slice(dirname(file).length + 1)))
    rmSync(config.dir, { recursive: true, force: true })
    await rename(draft, config.dir)
    return { images }
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!signal.aborted) throw error
    return fail('cancelled', 'making the sample was stopped; opening it again starts over', {}, error)
  }
}
