/** Checks this machine by testing each part. */
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, freemem, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { size } from '../../../core/base/bytes.ts'
import { messageOf } from '../../../core/base/error.ts'
import type { Finding } from '../../../core/contract/api/app.ts'
import type { Provider } from '../../../core/contract/providers.ts'
import { packageVersion } from '../process/version.ts'

/** The findings; `ok`: everything that the program needs works. */
export interface MachineReport {
  ok: boolean
  findings: Finding[]
}

/** Tests a part; a failure is a finding too. */
export async function tried(part: string, action: () => Promise<string>): Promise<Finding> {
  try {
    return { part, ok: true, what: await action() }
  } catch (error) {
    return { part, ok: false, what: messageOf(error).split('\n')[0] ?? '' }
  }
}

async function inFolder(action: (dir: string) => Promise<string>): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'relabel-doctor-'))
  try {
    return await action(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function decoder(): Promise<string> {
  const { encodePng } = await import('../../../core/image/encode.ts')
  const { decodeImage } = await import('../../../core/image/decode.ts')
  return inFolder(async dir => {
    const file = join(dir, 'dot.png')
    writeFileSync(file, await encodePng(new Uint8Array(12).fill(200), 2, 2))
    const { width, height } = await decodeImage(file)
    return `sharp decodes and encodes (a PNG of ${width}×${height})`
  })
}

async function database(): Promise<string> {
  const { createProject, openProject } = await import('../../../core/project/project.ts')
  return inFolder(dir => {
    createProject(dir, { classes: [{ index: 0, name: 'a' }] }).close()
    openProject(dir).close()
    return Promise.resolve('SQLite makes and opens a project')
  })
}

async function engines(): Promise<Finding[]> {
  const { listProviders, tryProvider } = await import('../../../core/engine/providers.ts')
  const findings: Finding[] = []
  for (const { name, bundled } of listProviders())
    findings.push(
      bundled
        ? await tried(`engine ${name}`, async () => {
            const ms = await tryProvider(name as Provider)
            return `ONNX Runtime runs a model on it (${ms.toFixed(1)} ms)`
          })
        : { part: `engine ${name}`, ok: false, what: 'not part of this installation' },
    )
  return findings
}

function disk(): Promise<string> {
  const { bavail, bsize } = statfsSync(process.cwd())
  return Promise.resolve(`${size(bavail * bsize)} free in ${process.cwd()}`)
}

/** Tests everything; `more` are further required parts. */
export async function tryMachine(
  more: () => Promise<Finding[]> = () => Promise.resolve([]),
): Promise<MachineReport> {
  const findings: Finding[] = [
    { part: 'program', ok: true, what: `Relabel Studio ${packageVersion()}` },
    {
      part: 'node',
      ok: true,
      what: `${process.version} on ${process.platform} ${process.arch} ${release()}`,
    },
    {
      part: 'processor',
      ok: true,
      what: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} threads`,
    },
    {
      part: 'memory',
      ok: totalmem() >= 4e9,
      what: `${size(totalmem())}, ${size(freemem())} free`,
    },
    await tried('images', decoder),
    await tried('database', database),
    ...(await engines()),
    await tried('disk', disk),
  ]
  const needed = findings.filter(({ part }) => ['images', 'database', 'engine cpu'].includes(part))
  const further = await more()
  return {
    ok: [...needed, ...further].every(finding => finding.ok),
    findings: [...findings, ...further],
  }
}
