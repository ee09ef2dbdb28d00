/** Records the finished parts of a demo folder, so that a second start continues where the first ended. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { fail } from '../../core/base/error.ts'
import { writeAtomicSync } from '../../core/base/files/atomic.ts'

const schema = z.object({
  format: z.literal('relabel-demo'),
  version: z.literal(1),
  parts: z.record(z.string(), z.object({ key: z.string(), seconds: z.number(), result: z.unknown() })),
})

type Stored = z.infer<typeof schema>

/** A finished part of the demo. */
export interface Part<Result> {
  result: Result
  /** Seconds that it took. */
  seconds: number
  /** Whether an earlier start finished it. */
  reused: boolean
}

/** How long a part took. */
export interface PartTime extends Omit<Part<unknown>, 'result'> {
  name: string
}

/** The parts of one demo folder. */
export interface DemoState {
  dir: string
  /**
   * The part `name` made from `config` (JSON-safe, including its dependencies): reused if finished earlier, otherwise
   * made now. Throws `mismatch` if the folder contains that part made from another config, and leaves it untouched.
   */
  part<Result>(name: string, config: unknown, make: () => Promise<Result>): Promise<Part<Result>>
}

const fileName = 'demo.json'

function read(dir: string): Stored {
  const file = join(dir, fileName)
  if (!existsSync(file)) {
    if (existsSync(dir) && readdirSync(dir).length > 0)
      fail('usage', `${dir} is not empty and does not contain a demo; choose another folder with --out`, {
        dir,
      })
    return { format: 'relabel-demo', version: 1, parts: {} }
  }
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    return fail(
      'bad-data',
      `${file} cannot be read; delete the folder or choose another one with --out`,
      { file },
      error,
    )
  }
}

/** Opens or starts a demo in a folder; refuses a folder with other things in it. */
export function openDemo(dir: string): DemoState {
  const stored = read(dir)
  mkdirSync(dir, { recursive: true })
  const save = (): void =>
    writeAtomicSync(join(dir, fileName), Buffer.from(`${JSON.stringify(stored, null, 1)}\n`))
  save() // from here on the folder belongs to the demo, even if the first part is interrupted
  return {
    dir,
    async part<Result>(name: string, config: unknown, make: () => Promise<Result>): Promise<Part<Result>> {
      const key = createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16)
      const known = stored.parts[name]
      if (known && known.key !== key)
        fail(
          'mismatch',
          `${dir} holds "${name}" made with other settings; choose another folder with --out, or delete this one`,
          { dir, part: name },
        )
      if (known) return { result: known.result as Result, seconds: known.seconds, reused: true }
      const started = performance.now()
      const result = await make()
      const seconds = (performance.now() - started) / 1000
      stored.parts[name] = { key, seconds, result }
      save()
      return { result, seconds, reused: false }
    },
  }
}
