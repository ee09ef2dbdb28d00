/** Thumbnails and images of every odd kind of file, and a decoding process that dies. */
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { childrenOf } from '../children.ts'
import { drop, openHost, png, projectOf, scratch, type Host } from './host.ts'

let dir: string
let host: Host
const ids = new Map<string, number>()
const hostile = '‮<img src=x onerror=alert(1)>"&\'.png'

async function images(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const grey = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#808080' } })
  await grey(64, 32).toColourspace('b-w').png().toFile(join(folder, 'grey.png'))
  await grey(64, 32).toColourspace('rgb16').png().toFile(join(folder, 'deep.png'))
  await grey(64, 32).toColourspace('cmyk').jpeg().toFile(join(folder, 'cmyk.jpg'))
  await grey(64, 32).withMetadata({ orientation: 6 }).jpeg().toFile(join(folder, 'turned.jpg'))
  await grey(30_000, 4).png().toFile(join(folder, 'wide.png'))
  await grey(1200, 900).jpeg().toFile(join(folder, 'large.jpg'))
  const frames = Buffer.concat([Buffer.alloc(16 * 16 * 3, 255), Buffer.alloc(16 * 16 * 3, 0)])
  const moving = sharp(frames, { raw: { width: 16, height: 32, channels: 3, pageHeight: 16 } })
  await moving.clone().gif().toFile(join(folder, 'moving.gif'))
  await moving.clone().webp().toFile(join(folder, 'moving.webp'))
  await sharp({
    create: {
      width: 200,
      height: 200,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
    .jpeg()
    .toFile(join(folder, 'cut.jpg'))
  await png(join(folder, hostile))
  await png(join(folder, 'gone.png'))
}

beforeAll(async () => {
  dir = scratch()
  await images(join(dir, 'images/cat'))
  const project = await projectOf(dir)
  truncateSync(join(dir, 'images/cat/cut.jpg'), 3000) // after the import: its header is still whole
  rmSync(join(dir, 'images/cat/gone.png'))
  host = await openHost(['--home', join(dir, 'home'), '--project', project])
  const query = { filter: {}, sort: { by: 'name', descending: false } }
  const { json } = await host.call('browse.page', { query, offset: 0, limit: 100 })
  for (const { id, path } of (json as { items: { id: number; path: string }[] }).items)
    ids.set(path.slice('cat/'.length), id)
})
afterAll(async () => {
  await host.stop()
  drop(dir)
})
const url = (name: string, what: string): string => `/api/images/${ids.get(name)}/${what}`

describe('pictures', () => {
  it.each([
    ['grey.png', 64, 32],
    ['deep.png', 64, 32],
    ['cmyk.jpg', 64, 32],
    ['turned.jpg', 32, 64],
    ['moving.gif', 16, 16],
    ['moving.webp', 16, 16],
    [hostile, 24, 16],
  ])('of %s are upright 8-bit sRGB', async (name, width, height) => {
    const shown = await host.ask(url(name, 'display'))
    expect(shown.status).toBe(200)
    expect(shown.headers['content-type']).toBe('image/png')
    const header = await sharp(shown.body).metadata()
    expect([header.width, header.height, header.depth, header.space]).toEqual([
      width,
      height,
      'uchar',
      'srgb',
    ])
    const { channels } = await sharp(shown.body).stats()
    if (name.startsWith('moving')) expect(channels[0]!.mean).toBe(255)
    else if (name !== hostile)
      for (const { mean } of channels.slice(0, 3)) expect(Math.abs(mean - 128)).toBeLessThan(16) // profiles differ a little
    const small = await host.ask(url(name, 'thumbnail/80'))
    expect([small.status, small.headers['content-type']]).toEqual([200, 'image/webp'])
  })

  it('are as small as asked for: 30,000 pixels become 4,096, thumbnails 160', async () => {
    const wide = await sharp((await host.ask(url('wide.png', 'display'))).body).metadata()
    expect(wide.width).toBe(4096)
    const large = await host.ask(url('large.jpg', 'thumbnail/160'))
    const header = await sharp(large.body).metadata()
    expect([header.format, header.width, header.height]).toEqual(['webp', 160, 120])
    expect((await host.ask(url('large.jpg', 'display'))).headers['content-type']).toBe('image/jpeg')
  })

  it('are refused plainly where the file is cut off, gone, or no image of ours', async () => {
    for (const name of ['cut.jpg', 'gone.png'])
      for (const what of ['display', 'thumbnail/160']) {
        const answer = await host.ask(url(name, what))
        expect(answer.status).toBe(422)
        expect(answer.json).toMatchObject({ code: 'bad-image' })
        expect((answer.json as { message: string }).message).toContain(name)
      }
    for (const path of [
      '/api/images/9999/display',
      '/api/images/0/display',
      '/api/images/1e3/display',
      '/api/images/1/thumbnail/81',
    ])
      expect((await host.ask(path)).status).toBe(404)
  })

  it('are not sent again while the file is unchanged, and again when it changes', async () => {
    const path = url('large.jpg', 'thumbnail/320')
    const first = await host.ask(path)
    expect(first.headers['cache-control']).toContain('private')
    const etag = String(first.headers['etag'])
    expect((await host.ask(path, { headers: { 'if-none-match': etag } })).status).toBe(304)
    await sharp({ create: { width: 400, height: 400, channels: 3, background: 'red' } })
      .jpeg()
      .toFile(join(dir, 'images/cat/large.jpg'))
    const again = await host.ask(path, { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(200)
    expect((await sharp(again.body).metadata()).height).toBe(320)
  })

  it.runIf(process.platform === 'linux')('go on after the decoding process was killed', async () => {
    const [media] = childrenOf(host.child.pid, 'media/worker.ts')
    expect(media).toBeDefined()
    process.kill(media!, 'SIGKILL')
    const name = 'grey.png'
    writeFileSync(join(dir, 'images/cat', name), readFileSync(join(dir, 'images/cat/deep.png')))
    expect((await host.ask(url(name, 'display'))).status).toBe(200)
  })
})
