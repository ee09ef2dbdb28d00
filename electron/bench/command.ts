/** `relabel bench`: runs the named benchmarks and prints their figures. */
import type { Command } from 'commander'
import { fail } from '../../core/base/error.ts'
import { act, leaf, type CommandContext, type CommandResult } from '../cli/action.ts'

type Bench = (options: Options) => Promise<unknown>

/** For `annotate`: the user's own model and images instead of generated ones. */
interface Options {
  model?: string
  images?: string
}

/** A benchmark without options. */
const adapt =
  (bench: () => Promise<unknown>): Bench =>
  () =>
    bench()

/** Each benchmark is loaded only when it runs. */
const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  pooling: async () => adapt((await import('./pooling.ts')).benchPooling),
  annotate: async () => {
    const { benchAnnotate } = await import('./annotate.ts')
    return ({ model, images }) =>
      benchAnnotate({ ...(model ? { model } : {}), ...(images ? { images } : {}) })
  },
  train: async () => adapt((await import('./train.ts')).benchTrain),
  data: async () => adapt((await import('./data.ts')).benchData),
  studio: async () => adapt((await import('./studio/index.ts')).benchStudio),
}

export function register(program: Command): void {
  leaf(
    program,
    'bench [names...]',
    `benchmarks: ${Object.keys(benches).join(', ')}; default: all of them; or "regions" and the folders of projects`,
  )
    .option('--model <file>', 'annotate: an ONNX classifier; default: a MobileNet v2 with initial weights')
    .option('--images <dir>', 'annotate: an ImageFolder tree; default: generated photographs')
    .action(act(bench))
}

async function bench(context: CommandContext, names: string[], options: Options): Promise<CommandResult> {
  if (names[0] === 'regions') {
    const { benchRegions } = await import('./regions.ts')
    const figures = await benchRegions(names.slice(1))
    return { json: { regions: figures }, text: lines(figures, '') }
  }
  const wanted = names.length > 0 ? names : Object.keys(benches)
  for (const name of wanted)
    if (!Object.hasOwn(benches, name))
      fail(
        'usage',
        `there is no benchmark "${name}"; there are ${[...Object.keys(benches), 'regions PROJECT…'].join(', ')}`,
      )
  const results: Record<string, unknown> = {}
  for (const name of wanted) {
    context.note(`bench ${name} …`)
    results[name] = await (await benches[name]!())(options)
  }
  const text = Object.entries(results).map(([name, figures]) => `${name}\n${lines(figures, '  ')}`)
  return { json: results, text: text.join('\n') }
}

/** Formats nested figures with indentation. */
function lines(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return `${indent}${shown(value)}`
  return Object.entries(value)
    .map(([key, item]) =>
      typeof item === 'object' && item !== null && !Array.isArray(item)
        ? `${indent}${key}\n${lines(item, `${indent}  `)}`
        : `${indent}${key}: ${shown(item)}`,
    )
    .join('\n')
}

function shown(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toPrecision(4)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
