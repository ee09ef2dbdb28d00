/** The real thing: ImageNet photographs annotated by a MobileNet at 480×480, K = 5; needs the shared data. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLabelMaps } from '../../../core/labelmap/files/index.ts'
import { listImages } from '../../../core/project/images.ts'
import { openProject } from '../../../core/project/project.ts'
import { sharedFile } from '../../shared.ts'
import { endOf, runCli, runJson, startCli } from '../cli-run.ts'

const model = sharedFile('data/models/mobilenet_v1_075_imagenet.onnx') ?? ''
const samples = sharedFile('data/imagenet-samples') ?? ''
const classFile = sharedFile('data/models/imagenet-classes.json') ?? ''
const present = existsSync(model) && existsSync(samples) && existsSync(classFile)
const few = 64

let dir: string
const at = (name: string): string => join(dir, name)
const words = (project: string): string[] => [
  ...['annotate', project, '--model', model, '--classes', classFile],
  ...['--size', '480', '--mean', '0.5,0.5,0.5', '--std', '0.5,0.5,0.5', '--top-k', '5'],
]

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-imagenet-'))
  if (!present) return
  mkdirSync(at('few'))
  for (const name of readdirSync(samples).sort().slice(0, few))
    symlinkSync(join(samples, name), join(at('few'), name))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

interface Annotated {
  dir: string
  annotated: number
  before: number
  records: number
  bytesAMap: number
  skipped: unknown[]
}

describe.skipIf(!present)('the ImageNet samples', () => {
  it('turn the model exactly: 15×15×1000 at 480', async () => {
    const image = join(samples, 'n01440764')
    const file = join(image, readdirSync(image)[0]!)
    const { json } = await runJson('annotator', 'check', model, '--size', '480', '--image', file)
    expect(json).toMatchObject({
      report: { head: 'GlobalAveragePool → Flatten → Gemm', classes: 1000, exact: true },
      mapSize: [15, 15],
      stride: [32, 32],
      refused: null,
    })
    // The bound that the issue sets; float sums over 225 cells and 768 features leave some 1e-6.
    expect((json as { error: number }).error).toBeLessThan(1e-4)
  })

  it('keep the given class in at least 97 % of the maps of at most 3.6 kB, although killed in the middle', async () => {
    await runCli('new', at('p'), '--images', samples, '--classes', classFile)
    const child = startCli(words(at('p')))
    const end = endOf(child)
    const shard = join(at('p'), 'annotations', 'a1', 'shard-00000.rlm')
    while (child.exitCode === null && !(existsSync(shard) && statSync(shard).size > 4096))
      await new Promise(resolve => setTimeout(resolve, 5))
    // The whole group at once: command line, job and all. (Windows has no groups; there nothing is killed.)
    if (child.exitCode === null && process.platform !== 'win32') process.kill(-child.pid!, 'SIGKILL')
    await end
    const { status, json } = await runJson(...words(at('p')))
    expect(status).toBe(0)
    const result: Annotated = json
    expect(result.before).toBeGreaterThan(0)
    expect(result.annotated + result.before).toBe(200)
    expect(result).toMatchObject({ records: 200, skipped: [] })
    expect(result.bytesAMap).toBeLessThanOrEqual(3600)

    const project = openProject(at('p'), { readonly: true })
    const maps = await openLabelMaps(result.dir)
    let found = 0
    for (const image of listImages(project)) {
      const map = await maps.get(image.key)
      expect(map.shape).toEqual([5, 15, 15])
      if (map.ids.includes(image.label!)) found++
    }
    await maps.close()
    project.close()
    expect(found / 200).toBeGreaterThanOrEqual(0.97)

    // An undisturbed run over the first images writes the very bytes that the killed one begins with.
    await runCli('new', at('q'), '--images', at('few'), '--classes', classFile)
    const undisturbed: Annotated = (await runJson(...words(at('q')))).json
    const [whole, killed] = [undisturbed.dir, result.dir].map(of => readFileSync(join(of, 'shard-00000.rlm')))
    expect(undisturbed.records).toBe(few)
    expect(killed!.subarray(0, whole!.length).equals(whole!)).toBe(true)
  }, 600_000)
})
