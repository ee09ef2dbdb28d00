/** The built renderer is the one for production, whoever asks for it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { rendererDir } from '../../build/fresh-renderer.ts'
import { buildRenderer } from '../e2e/template.ts'

it('is built for production, though NODE_ENV says "test" here', async () => {
  expect(process.env['NODE_ENV']).toBe('test')
  await buildRenderer()
  const assets = join(rendererDir, 'assets')
  const scripts = readdirSync(assets).filter(name => name.endsWith('.js'))
  expect(scripts.length).toBeGreaterThan(0)
  // Only Vue's development build has this text.
  expect(scripts.filter(name => readFileSync(join(assets, name), 'utf8').includes('[Vue warn]'))).toEqual([])
})
