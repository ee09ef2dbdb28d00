/** A stand-in for Electron's binary distribution: the files that the packer touches, with a real fuse wire in the executable. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SENTINEL } from '@electron/fuses/dist/constants.js'

/** Version 1 of the wire with eight fuses, each as Electron ships it. */
const wire = Buffer.concat([Buffer.from(SENTINEL), Buffer.from([1, 8]), Buffer.from('10110011')])

export function makeElectronDist(dir: string): string {
  mkdirSync(join(dir, 'locales'), { recursive: true })
  mkdirSync(join(dir, 'resources'))
  const noise = Buffer.alloc(4096, 7)
  writeFileSync(join(dir, 'electron'), Buffer.concat([noise, wire, noise]), { mode: 0o755 })
  writeFileSync(join(dir, 'chrome-sandbox'), 'x', { mode: 0o755 })
  writeFileSync(join(dir, 'LICENSE'), 'MIT')
  writeFileSync(join(dir, 'version'), '45.4.1')
  for (const language of ['en-US', 'zh-CN', 'ko', 'de'])
    writeFileSync(join(dir, 'locales', `${language}.pak`), language)
  return dir
}
