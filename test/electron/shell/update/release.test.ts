/** What counts as a release of the publisher: every way in which it may differ is refused. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { signRelease } from '../../../../build/packaging/sign.ts'
import {
  isNewer,
  measureFile,
  product,
  releaseName,
  verifyFile,
  verifyRelease,
  type Release,
} from '../../../../electron/shell/update/release.ts'

const dir = mkdtempSync(join(tmpdir(), 'relabel-release-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const pair = (): { pem: string; secret: string; signed(bytes: Uint8Array): string } => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return {
    pem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    secret: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    signed: bytes => sign(null, bytes, privateKey).toString('base64'),
  }
}
const ours = pair()
const target = 'linux-x64'
const wanted = { key: ours.pem, target }

const sha512 = Buffer.alloc(64, 1).toString('base64')
const good: Release = {
  product,
  target,
  version: '1.2.3',
  files: [{ name: 'App 1.2.3.AppImage', size: 5, sha512 }],
}
const bytesOf = (release: object): Buffer => Buffer.from(JSON.stringify(release))

describe('a release', () => {
  const bytes = bytesOf(good)
  const signature = ours.signed(bytes)

  test('signed by the publisher is read', () => {
    expect(verifyRelease(bytes, `${signature}\n`, wanted)).toEqual(good)
  })

  test('that was changed after it was signed is refused, whichever bit it is', () => {
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1 << (at % 8)
      expect(() => verifyRelease(changed, signature, wanted)).toThrow('not signed by the publisher')
    }
  })

  test.each([
    ['none', ''],
    ['one that is not base64', '!'.repeat(88)],
    ['a short one', signature.slice(4)],
    ['that of another document', ours.signed(bytesOf({ ...good, version: '1.2.4' }))],
    ['that of somebody else', pair().signed(bytes)],
  ])('with a wrong signature is refused: %s', (_kind, wrong) => {
    expect(() => verifyRelease(bytes, wrong, wanted)).toThrow('not signed by the publisher')
  })

  test.each([
    ['another system', { target: 'win-x64' }, /for win-x64, and this is linux-x64/],
    ['another program', { product: 'other' }, /not described as it should be/],
    ['a name that is a path', { files: [{ ...good.files[0], name: '../x.AppImage' }] }, /not described/],
    ['a version that is not three numbers', { version: '2' }, /not described/],
    ['no files', { files: [] }, /not described/],
    ['more than it should say', { url: 'https://elsewhere.example' }, /not described/],
  ])('signed for %s is refused', (_kind, change, message) => {
    const other = bytesOf({ ...good, ...change })
    expect(() => verifyRelease(other, ours.signed(other), wanted)).toThrow(message)
  })

  test('is refused where the app has the wrong key, or something that is not one', () => {
    expect(() => verifyRelease(bytes, signature, { key: pair().pem, target })).toThrow('not signed')
    expect(() => verifyRelease(bytes, signature, { key: 'x', target })).toThrow('not a public key')
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
    const key = rsa.export({ type: 'spki', format: 'pem' }) as string
    expect(() => verifyRelease(bytes, signature, { key, target })).toThrow('not an Ed25519 key')
  })
})

test.each([
  ['1.2.4', '1.2.3', true],
  ['1.10.0', '1.9.9', true],
  ['2.0.0', '1.99.99', true],
  ['1.2.3', '1.2.3', false],
  ['1.2.2', '1.2.3', false],
  ['0.9.9', '1.0.0', false],
])('version %s after %s: %s', (version, current, newer) => expect(isNewer(version, current)).toBe(newer))

test('a file is accepted only where the release lists its very bytes', async () => {
  const file = join(dir, 'app.AppImage')
  writeFileSync(file, 'hello')
  const release = { ...good, files: [{ name: 'app.AppImage', ...(await measureFile(file)) }] }
  await verifyFile(file, release)
  writeFileSync(file, 'hellp')
  await expect(verifyFile(file, release)).rejects.toThrow(
    /not the file that the publisher signed for version 1\.2\.3/,
  )
})

describe('signing', () => {
  const file = join(dir, 'app 9.AppImage')
  writeFileSync(file, 'the app')
  const key = join(dir, 'private.pem')
  writeFileSync(key, ours.secret)
  const options = { target, version: '9.0.0', files: [file], key, shipped: ours.pem }

  test('writes what the app accepts', async () => {
    const [document = '', signature = ''] = await signRelease(options)
    expect(document).toBe(join(dir, releaseName(target)))
    const release = verifyRelease(readFileSync(document), readFileSync(signature, 'utf8'), wanted)
    expect(release.version).toBe('9.0.0')
    await verifyFile(file, release)
  })

  test('refuses what the app would refuse, and a private key in the repository', async () => {
    await expect(signRelease({ ...options, shipped: pair().pem })).rejects.toThrow(
      'not signed by the publisher',
    )
    await expect(signRelease({ ...options, version: '9.0.0-beta' })).rejects.toThrow('not described')
    await expect(signRelease({ ...options, target: 'beos' })).rejects.toThrow('usage')
    await expect(signRelease({ ...options, key: undefined })).rejects.toThrow('RELABEL_SIGNING_KEY')
    await expect(signRelease({ ...options, key: 'package.json' })).rejects.toThrow('lies in the repository')
  })
})
