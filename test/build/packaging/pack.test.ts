/** The packed app: electron-builder runs for real (on a stand-in for Electron's binary), and what it packed works. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extractAll, getRawHeader, listPackage } from '@electron/asar'
import { FuseState } from '@electron/fuses/dist/constants.js'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pack } from '../../../build/packaging/pack.ts'
import { backendPackages } from '../../../build/packaging/stage.ts'
import { hostTarget, isForeign, isForeignPackage, targets } from '../../../build/packaging/targets.ts'
import { browserPath, openBrowser } from '../../e2e/browser.ts'
import { buildRenderer } from '../../e2e/template.ts'
import { drive } from '../../electron/shell/drive.ts'
import { makeElectronDist } from './electron-dist.ts'

const base = mkdtempSync(join(tmpdir(), 'relabel-packed-'))
const unpacked = join(base, 'out', 'linux-unpacked')
const backend = join(unpacked, 'resources', 'backend')
const children: ChildProcess[] = []
let browser: Browser | undefined

// Elsewhere electron-builder needs tools of the system; the configuration is the same.
describe.skipIf(process.platform !== 'linux')('the packed app', () => {
  beforeAll(async () => {
    await buildRenderer()
    const electronDist = makeElectronDist(join(base, 'electron'))
    const [os, arch] = hostTarget.split('-') as ['linux', 'x64' | 'arm64']
    await pack({
      os,
      arch,
      dir: true,
      renderer: false, // built once for all tests
      more: {
        electronDist,
        directories: { output: join(base, 'out'), buildResources: 'build/packaging/resources' },
      },
    })
  })
  afterAll(async () => {
    await browser?.close()
    for (const child of children) child.kill('SIGKILL')
    rmSync(base, { recursive: true, force: true })
  })

  test('has its fuses set', async () => {
    const wire = await getCurrentFuseWire(join(unpacked, 'relabel-studio'))
    const set = (fuse: FuseV1Options): boolean => wire[fuse] === FuseState.ENABLE
    expect({
      runAsNode: set(FuseV1Options.RunAsNode),
      nodeOptions: set(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
      inspect: set(FuseV1Options.EnableNodeCliInspectArguments),
      integrity: set(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
      onlyAsar: set(FuseV1Options.OnlyLoadAppFromAsar),
      fileProtocol: set(FuseV1Options.GrantFileProtocolExtraPrivileges),
    }).toEqual({
      runAsNode: false,
      nodeOptions: false,
      inspect: false,
      integrity: true,
      onlyAsar: true,
      fileProtocol: false,
    })
  })

  test('has bundles in its asar and nothing else, with a hash of every file', () => {
    const asar = join(unpacked, 'resources', 'app.asar')
    const files = listPackage(asar, { isPack: false }).map(file => file.split('\\').join('/'))
    expect(files).toEqual(
      expect.arrayContaining([
        '/package.json',
        '/dist/electron/main.js',
        '/dist/electron/preload.cjs',
        '/dist/renderer/index.html',
      ]),
    )
    expect(
      files.filter(file => !/^\/(package\.json|dist(\/(electron|renderer)(\/.*)?)?)$/.test(file)),
    ).toEqual([])
    expect(getRawHeader(asar).headerString).toContain('"integrity"')
  })

  test('has a backend with every package for this system and none for others', () => {
    const packages = readdirSync(join(backend, 'node_modules'))
    for (const name of backendPackages) expect(packages).toContain(name.split('/')[0])
    expect(readdirSync(join(backend, 'node_modules', 'better-sqlite3', 'prebuilds'))).toEqual([
      `${process.platform}-${process.arch}.node`,
    ])
    expect(packages).not.toContain('vue')
    expect(statSync(join(backend, 'bin', 'node')).mode & 0o111).not.toBe(0)
    expect(readdirSync(join(unpacked, 'locales')).sort()).toEqual(['en-US.pak', 'ko.pak', 'zh-CN.pak'])
  })

  test.skipIf(!browserPath)('starts only with the backend that it was packed with', async () => {
    const root = join(base, 'asar')
    extractAll(join(unpacked, 'resources', 'app.asar'), root)
    const packed = { root, resources: join(unpacked, 'resources') }
    const intact = await drive(join(base, 'intact-home'), packed)
    await intact.heard('window')
    await intact.end()

    const main = join(backend, 'electron', 'backend', 'main.ts')
    const source = readFileSync(main)
    appendFileSync(main, '\nconsole.log(1)\n')
    const changed = await drive(join(base, 'changed-home'), packed)
    const { options } = await changed.heard('dialog', one => one.type === 'error')
    expect(JSON.stringify(options)).toMatch(
      /not started.*main\.ts is not as it was installed.*install it again/,
    )
    expect(await changed.ended).toBe(1)
    expect(changed.reports.some(one => one.kind === 'window')).toBe(false)
    writeFileSync(main, source)
  })

  test.skipIf(!browserPath)('serves the sample to a browser, run by the packed Node', async () => {
    const renderer = join(base, 'app')
    extractAll(join(unpacked, 'resources', 'app.asar'), renderer)
    const child = spawn(
      join(backend, 'bin', 'node'),
      [
        join(backend, 'electron', 'backend', 'main.ts'),
        ...['--port', '0', '--home', join(base, 'home'), '--renderer', join(renderer, 'dist', 'renderer')],
      ],
      { cwd: base, env: { PATH: '/usr/bin:/bin', HOME: base }, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    children.push(child)
    const url = await new Promise<string>((resolve, reject) => {
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        text += part
        if (text.includes('\n')) resolve((JSON.parse(text.split('\n')[0]!) as { url: string }).url)
      })
      child.on('close', code => reject(new Error(`the packed backend ended with ${code}`)))
    })
    browser = await openBrowser()
    const page = await browser.newPage()
    await page.goto(url)
    await page.waitForSelector('main')
    const opened = await page.evaluate(async () => {
      const answer = await fetch('/api/call/project.openSample', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      })
      return (await answer.json()) as { images: number; dir: string }
    })
    expect(opened.images).toBeGreaterThan(100)
    expect(existsSync(join(opened.dir, 'project.db'))).toBe(true)
    const thumbnail = await page.request.get(new URL('/api/images/1/thumbnail/80', url).href)
    expect(thumbnail.headers()['content-type']).toBe('image/webp')
    const version = execFileSync(join(backend, 'bin', 'node'), ['--version'], { encoding: 'utf8' })
    expect(version).toMatch(/^v24\./)
    const card = JSON.parse(readFileSync(join(backend, 'package.json'), 'utf8')) as { version: string }
    expect(card.version).toMatch(/^\d+\.\d+\.\d+/)
  })
})

describe('what belongs to which system', () => {
  test.each([
    ['onnxruntime-node', 'bin/napi-v6/linux/x64/libonnxruntime.so.1', 'linux-x64', false],
    ['onnxruntime-node', 'bin/napi-v6/linux/arm64/libonnxruntime.so.1', 'linux-x64', true],
    ['onnxruntime-node', 'bin/napi-v6/win32', 'linux-x64', true],
    ['onnxruntime-node', 'bin/napi-v6/win32/x64/onnxruntime.dll', 'win-x64', false],
    ['onnxruntime-node', 'dist/index.js', 'mac-arm64', false],
    ['better-sqlite3', 'prebuilds/darwin-arm64.node', 'mac-arm64', false],
    ['better-sqlite3', 'prebuilds/linuxmusl-x64.node', 'linux-x64', true],
    ['better-sqlite3', 'deps/sqlite3/sqlite3.c', 'linux-x64', true],
    ['hono', 'dist/index.js', 'win-x64', false],
  ])('%s %s is foreign to %s: %s', (name, path, target, foreign) =>
    expect(isForeign(name, path, targets[target]!)).toBe(foreign),
  )

  test.each([
    ['@img/sharp-linux-x64', 'linux-x64', false],
    ['@img/sharp-libvips-linux-x64', 'linux-x64', false],
    ['@img/sharp-linuxmusl-x64', 'linux-x64', true],
    ['@img/sharp-win32-x64', 'win-x64', false],
    ['@img/sharp-darwin-arm64', 'linux-x64', true],
    ['@img/colour', 'linux-x64', false],
  ])('the package %s is foreign to %s: %s', (name, target, foreign) =>
    expect(isForeignPackage(name, targets[target]!)).toBe(foreign),
  )
})
