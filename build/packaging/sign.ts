/**
 * Signs a release for the update feed: `RELABEL_SIGNING_KEY=KEY.pem npm run sign -- linux-x64 FILE...` writes
 * `latest-linux-x64.json` and its signature beside the first file (docs/releasing.md).
 */
import { createPrivateKey, sign, type KeyObject } from 'node:crypto'
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, isAbsolute } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  measureFile,
  product,
  releaseName,
  verifyRelease,
  type Release,
} from '../../electron/shell/update/release.ts'
import { targets } from './targets.ts'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

function signingKey(path: string | undefined): KeyObject {
  if (!path) throw new Error('name the file of the private key: RELABEL_SIGNING_KEY=KEY.pem')
  const inside = relative(realpathSync(root), realpathSync(path))
  if (!inside.startsWith('..') && !isAbsolute(inside))
    throw new Error(`${path} lies in the repository; move the private key out of it`)
  const key = createPrivateKey(readFileSync(path))
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${path} is not an Ed25519 key`)
  return key
}

/** Signs `files` as version `version` for `target`; gives the paths of the document and its signature. */
export async function signRelease(options: {
  target: string
  version: string
  files: readonly string[]
  /** Path of the private key. */
  key: string | undefined
  /** PEM of the public key that the app ships with. */
  shipped: string
}): Promise<string[]> {
  const { target, version, files, shipped } = options
  const [first] = files
  if (!targets[target] || first === undefined)
    throw new Error(
      `usage: npm run sign -- TARGET FILE... with a target of ${Object.keys(targets).join(', ')}`,
    )
  const key = signingKey(options.key)
  const listed: Release['files'] = []
  for (const file of files) listed.push({ name: basename(file), ...(await measureFile(file)) })
  const release: Release = { product, target, version, files: listed }
  const bytes = Buffer.from(`${JSON.stringify(release, null, 2)}\n`)
  const signature = `${sign(null, bytes, key).toString('base64')}\n`
  verifyRelease(bytes, signature, { key: shipped, target }) // what the app would refuse is not published
  const out = join(dirname(first), releaseName(target))
  writeFileSync(out, bytes)
  writeFileSync(`${out}.sig`, signature)
  return [out, `${out}.sig`]
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [target = '', ...files] = process.argv.slice(2)
  const shipped = join(root, 'resources', 'update-key.pem')
  if (!existsSync(shipped))
    throw new Error(
      `${shipped} does not exist: the app has no key to verify this with; see docs/releasing.md`,
    )
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const key = process.env.RELABEL_SIGNING_KEY
  const written = await signRelease({ target, version, files, key, shipped: readFileSync(shipped, 'utf8') })
  for (const file of written) process.stdout.write(`${file}\n`)
}
