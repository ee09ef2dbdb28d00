/** The backend beside the asar is checked whole: whatever was changed, is missing or was added is named. */
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { writeBackendFiles } from '../../../build/packaging/backend-files.ts'
import { checkBackend } from '../../../electron/shell/integrity.ts'

const dir = mkdtempSync(join(tmpdir(), 'relabel-integrity-'))
const packed = join(dir, 'packed')
const installed = join(dir, 'installed')
const list = join(dir, 'backend-files.json')
const at = (path: string): string => join(installed, path)

beforeAll(async () => {
  for (const folder of ['bin', 'electron/backend', 'node_modules/native/build'])
    mkdirSync(join(packed, folder), { recursive: true })
  writeFileSync(join(packed, 'bin/node'), Buffer.alloc(3 * 2 ** 20 + 7, 5)) // more than is read at once
  writeFileSync(join(packed, 'electron/backend/main.ts'), 'start()')
  writeFileSync(join(packed, 'node_modules/native/package.json'), '{"main":"index.js"}')
  writeFileSync(join(packed, 'node_modules/native/index.js'), '')
  writeFileSync(join(packed, 'node_modules/native/build/x.node'), Buffer.from('cffaedfe00', 'hex'))
  await writeBackendFiles(packed, list, false)
})
beforeEach(() => {
  rmSync(installed, { recursive: true, force: true })
  cpSync(packed, installed, { recursive: true })
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

test('a backend as it was packed passes', () =>
  expect(checkBackend(installed, list)).resolves.toBeUndefined())

const append = (path: string) => (): void => appendFileSync(at(path), 'x')
const add = (path: string) => (): void => {
  mkdirSync(join(at(path), '..'), { recursive: true })
  writeFileSync(at(path), '')
}

test.each<[string, string, () => void, string]>([
  [
    'a changed source',
    'electron/backend/main.ts',
    append('electron/backend/main.ts'),
    'is not as it was installed',
  ],
  [
    'one changed byte at the end of a large binary',
    'bin/node',
    () => {
      const bytes = readFileSync(at('bin/node'))
      bytes[bytes.length - 1] = 6
      writeFileSync(at('bin/node'), bytes)
    },
    'is not as it was installed',
  ],
  [
    'a changed package.json',
    'native/package.json',
    append('node_modules/native/package.json'),
    'is not as it was',
  ],
  ['a file that was empty', 'native/index.js', append('node_modules/native/index.js'), 'is not as it was'],
  ['a missing file', 'native/index.js', () => rmSync(at('node_modules/native/index.js')), 'is missing'],
  [
    'an added package',
    'node_modules/more/index.js',
    add('node_modules/more/index.js'),
    'does not belong to the app',
  ],
  ['an added hidden file', '.npmrc', add('.npmrc'), 'does not belong to the app'],
  [
    'a link in place of a file',
    'electron/backend/main.ts',
    () => {
      rmSync(at('electron/backend/main.ts'))
      symlinkSync(join(packed, 'electron/backend/main.ts'), at('electron/backend/main.ts'))
    },
    'is not a regular file',
  ],
  ['a missing folder', 'installed', () => rmSync(installed, { recursive: true }), 'cannot be read'],
])('%s is refused by name, with the way out', async (_kind, path, damage, what) => {
  damage()
  await expect(checkBackend(installed, list)).rejects.toThrow(
    new RegExp(`${path.replaceAll('.', '\\.')} ${what}.*install it again`),
  )
})

test('without its list, or with one that is not a list, nothing starts', async () => {
  await expect(checkBackend(installed, join(dir, 'none.json'))).rejects.toThrow(/none\.json cannot be read/)
  const bad = join(dir, 'bad.json')
  writeFileSync(bad, '{"files":{"bin/node":"abc"}}')
  await expect(checkBackend(installed, bad)).rejects.toThrow(/bad\.json cannot be read/)
})

test('on macOS binaries may be signed after the list is made, and nothing else may change', async () => {
  const mac = join(dir, 'mac.json')
  await writeBackendFiles(packed, mac, true)
  append('node_modules/native/build/x.node')()
  await checkBackend(installed, mac)
  append('bin/node')() // not a binary of macOS
  await expect(checkBackend(installed, mac)).rejects.toThrow(/bin\/node is not as it was/)
})
