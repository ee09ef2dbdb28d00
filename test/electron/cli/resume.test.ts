/** An annotation that is killed, cancelled or runs out of disk, and continued: the same bytes, nothing done twice. */
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSkipped } from '../../../core/annotator/skipped.ts'
import { openLabelMaps } from '../../../core/labelmap/files/index.ts'
import { endOf, runCli, runJson, startCli, writeImages, writeTiny } from '../cli-run.ts'

let dir: string
let model: string
let undisturbed: Annotated
const total = 800
const bad = 'b/000.jpg'

interface Annotated {
  dir: string
  images: number
  annotated: number
  before: number
  records: number
  skipped: { key: string }[]
}

const words = (project: string): string[] => [
  'annotate',
  project,
  '--model',
  model,
  ...['--size', '64', '--mean', '.5,.5,.5', '--std', '.5,.5,.5', '--top-k', '2', '--batch', '4'],
]

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-resume-'))
  const images = join(dir, 'images')
  await writeImages(images, ['a', 'b'], 8)
  const some = readdirSync(join(images, 'a')).map(name => join(images, 'a', name))
  for (let i = 0; i < total - 16; i++)
    copyFileSync(
      some[i % some.length]!,
      join(images, i % 2 ? 'a' : 'b', `copy${String(i).padStart(5, '0')}.png`),
    )
  model = await writeTiny(join(dir, 'tiny.onnx'), 2)
  expect((await runCli('new', join(dir, 'plain'), '--images', images)).status).toBe(0)
  for (const name of ['killed', 'untouched']) cpSync(join(dir, 'plain'), join(dir, name), { recursive: true })
  // Bad since it was imported, so that the job meets it.
  rmSync(join(images, bad))
  undisturbed = (await runJson(...words(join(dir, 'plain')))).json
  expect(undisturbed).toMatchObject({ annotated: total - 1, before: 0, skipped: [{ key: `train/${bad}` }] })
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Bytes of the first annotation's shards. */
function shardBytes(project: string): number {
  const folder = join(project, 'annotations', 'a1')
  try {
    const shards = readdirSync(folder).filter(name => name.startsWith('shard'))
    return shards.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  } catch {
    return 0
  }
}

/** Lets a command run until its shards have grown by a batch of records. */
async function untilItGrows(project: string, exited: () => boolean): Promise<void> {
  const before = Math.max(shardBytes(project), 100)
  while (shardBytes(project) <= before && !exited()) await new Promise(resolve => setTimeout(resolve, 2))
}

function expectSame(folder: string): void {
  const names = readdirSync(undisturbed.dir).sort()
  expect(readdirSync(folder).sort()).toEqual(names)
  for (const name of names) {
    const [ours, theirs] = [folder, undisturbed.dir].map(of => readFileSync(join(of, name)))
    if (name === 'manifest.json') {
      const plain = (bytes: Buffer): object => ({ ...(JSON.parse(String(bytes)) as object), created: '' })
      expect(plain(ours!)).toEqual(plain(theirs!))
    } else expect(ours!.equals(theirs!), name).toBe(true)
  }
}

/** Continues and checks that what was durable was passed over. */
async function finish(project: string): Promise<void> {
  const folder = join(project, 'annotations', 'a1')
  const maps = await openLabelMaps(folder)
  const durable = maps.count
  await maps.close()
  const skippedBefore = (await readSkipped(folder)).length
  const { status, json } = await runJson(...words(project))
  expect(status).toBe(0)
  const result: Annotated = json
  expect(result.before).toBe(durable + skippedBefore)
  expect(result.annotated).toBe(total - 1 - durable)
  expect(result.records).toBe(total - 1)
  expectSame(result.dir)
}

describe.skipIf(process.platform === 'win32')('an annotation', () => {
  it('killed with -9 and continued is the same to the last byte', async () => {
    const project = join(dir, 'killed')
    let inTheMiddle = 0
    // First the whole group at once, command line, job and all; then the command line alone.
    for (const whole of [true, false]) {
      const child = startCli(words(project))
      const end = endOf(child)
      await untilItGrows(project, () => child.exitCode !== null)
      if (child.exitCode === null) {
        inTheMiddle++
        process.kill(whole ? -child.pid! : child.pid!, 'SIGKILL')
      }
      // A job that has lost its command line ends by itself; stderr stays open until then.
      await end
    }
    expect(inTheMiddle).toBeGreaterThan(0)
    await finish(project)
  })

  it('cancelled by Ctrl-C ends cleanly, says how to go on, and goes on', async () => {
    let project = ''
    let ended = { status: 0 as number | null, stdout: '' }
    // On a busy machine it may be done before the signal reaches it; then another one is cancelled.
    for (let attempt = 0; ended.status === 0 && attempt < 10; attempt++) {
      project = join(dir, `cancelled-${attempt}`)
      cpSync(join(dir, 'untouched'), project, { recursive: true })
      const child = startCli([...words(project), '--json'])
      const end = endOf(child)
      await untilItGrows(project, () => child.exitCode !== null)
      if (child.exitCode === null) process.kill(-child.pid!, 'SIGINT')
      ended = await end
    }
    const { status, stdout } = ended
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'cancelled', message: expect.stringMatching(/run the same command again/) as string },
    })
    await finish(project)
  })

  it('that finds no room says so and loses nothing', () => {
    const project = join(dir, 'plain')
    const cli = fileURLToPath(new URL('../../../electron/cli.ts', import.meta.url))
    const before = readFileSync(join(project, 'annotations', 'a1', 'manifest.json'))
    const done = spawnSync(
      'bash',
      ['-c', 'ulimit -f 40; exec "$0" "$@"', process.execPath, cli, ...words(project), '--again'],
      { encoding: 'utf8' },
    )
    expect(done.status).toBe(1)
    expect(done.stderr).toMatch(/relabel: .*(room|ulimit|full|grow)/)
    expect(readFileSync(join(project, 'annotations', 'a1', 'manifest.json')).equals(before)).toBe(true)
    const verify = spawnSync(process.execPath, [cli, 'maps', 'verify', project], { encoding: 'utf8' })
    expect(verify.stdout).toMatch(/a1: 799 records, no damage/)
    expect(verify.status).toBe(0)
  })
})
