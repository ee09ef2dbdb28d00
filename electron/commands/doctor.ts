/** `relabel doctor`: what this machine offers, each part tried and not only looked up. */
import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { availableParallelism, cpus, freemem, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { messageOf } from '../../core/base/error.ts'
import type { EngineOptions } from '../../core/engine/engine.ts'
import { act, leaf, type CommandResult } from './action.ts'
import { size } from './annotate-text.ts'
import { packageVersion } from './version.ts'

interface Finding {
  part: string
  ok: boolean
  what: string
}

export function register(program: Command): void {
  leaf(program, 'doctor', 'what this machine offers').action(act(doctor))
}

/** Tries a part; a failure is a finding too. */
async function tried(part: string, action: () => Promise<string>): Promise<Finding> {
  try {
    return { part, ok: true, what: await action() }
  } catch (error) {
    return { part, ok: false, what: messageOf(error).split('\n')[0] ?? '' }
  }
}

async function decoder(): Promise<string> {
  const [{ encodePng }, { decodeImage }, { writeFileSync }] = await Promise.all([
    import('../../core/image/encode.ts'),
    import('../../core/image/decode.ts'),
    import('node:fs'),
  ])
  const dir = mkdtempSync(join(tmpdir(), 'relabel-doctor-'))
  try {
    const file = join(dir, 'dot.png')
    writeFileSync(file, await encodePng(new Uint8Array(12).fill(200), 2, 2))
    const { width, height } = await decodeImage(file)
    return `sharp decodes and encodes (a PNG of ${width}×${height})`
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function database(): Promise<string> {
  const { createProject, openProject } = await import('../../core/project/project.ts')
  const dir = mkdtempSync(join(tmpdir(), 'relabel-doctor-'))
  try {
    createProject(dir, { classes: [{ index: 0, name: 'a' }] }).close()
    openProject(dir).close()
    return 'SQLite makes and opens a project'
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function engines(): Promise<Finding[]> {
  const { listProviders, tryProvider } = await import('../../core/engine/providers.ts')
  const findings: Finding[] = []
  for (const { name, bundled } of listProviders())
    findings.push(
      bundled
        ? await tried(`engine ${name}`, async () => {
            const ms = await tryProvider(name as NonNullable<EngineOptions['provider']>)
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

async function doctor(): Promise<CommandResult> {
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
  const ok = needed.every(finding => finding.ok)
  const lines = findings.map(({ part, ok: good, what }) => `${good ? '✓' : '✗'} ${part.padEnd(16)} ${what}`)
  lines.push(ok ? 'Everything that is needed works.' : 'Something that is needed does not work (see ✗).')
  return { json: { ok, findings }, text: lines.join('\n'), exitCode: ok ? 0 : 1 }
}
