/** Images that were only out of reach when the pixel cache was made do not stay bad in it. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openCache } from '../../../../core/training/loader/cache.ts'
import { imageSet } from '../../../../core/training/sample/image-set.ts'
import { temporaryFolder, writeImages } from '../fixture.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)

it('a cache is made again once they are in reach, and not before', async () => {
  const images = await writeImages(join(dir, 'images'), 6)
  const options = { dir: join(dir, 'cache'), diskMb: 100, memoryMb: 0, side: 16 }
  rmSync(images[4]!.file)
  writeFileSync(images[2]!.file, 'never an image')
  const open = () => openCache(imageSet(images), options)
  const made = await open()
  expect([made.how, [...made.bad.keys()].sort()]).toEqual(['made', [2, 4]])
  const again = await open()
  expect([again.how, [...again.bad.keys()].sort()]).toEqual(['found', [2, 4]])

  // As if a file that is as it was had been unreadable for a moment.
  const index = join(
    options.dir,
    readdirSync(options.dir).find(name => name.endsWith('.json'))!,
  )
  const content = JSON.parse(readFileSync(index, 'utf8')) as { bad: [number, string][]; passing: number[] }
  expect(content.passing).toEqual([4])
  writeFileSync(
    index,
    JSON.stringify({ ...content, bad: [...content.bad, [0, 'the file cannot be read']], passing: [4, 0] }),
  )
  const back = await open()
  expect([back.how, [...back.bad.keys()].sort()]).toEqual(['made', [2, 4]])
})
