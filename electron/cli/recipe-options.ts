/** The options of `relabel train` that set a recipe, and their conversion to one. */
import type { Command } from 'commander'
import { fail } from '../../core/base/error.ts'
import type { Recipe } from '../../core/contract/recipe.ts'
import { supervisions } from '../../core/contract/supervision.ts'
import { studentNames, students } from '../../core/graph/students/index.ts'
import { supervisionOf } from '../../core/training/supervision/index.ts'
import { mergeRecipes, preset, presets, readRecipeFile } from '../../core/training/recipe/recipe.ts'

/** Option, path in the recipe, help. `<x>` is a number, `<x,…>` numbers, `<name>` text, `[x]` a number with a default. */
const options: readonly [flags: string, path: string, help: string, bare?: number][] = [
  ['--student <name>', 'student', 'an architecture, see below, or an ONNX classifier to fine-tune'],
  ['--supervision <name>', 'supervision', 'what the student learns from, see below'],
  ['--cutmix [probability]', 'cutmix.probability', 'CutMix; default probability: 1', 1],
  ['--cutmix-beta <x>', 'cutmix.beta', 'λ ~ Beta(x, x)'],
  ['--cutmix-off-last <n>', 'cutmix.offLast', 'no CutMix in the last n epochs'],
  ['--mixup [probability]', 'mixup.probability', 'mixup; default probability: 1', 1],
  ['--mixup-beta <x>', 'mixup.beta', 'λ ~ Beta(x, x)'],
  ['--size <pixels>', 'size', "side of the student's input"],
  ['--epochs <n>', 'epochs', ''],
  ['--batch <n>', 'batch', ''],
  ['--lr <x>', 'lr', 'peak learning rate; default: depends on optimizer and batch'],
  ['--optimizer <name>', 'optimizer.kind', 'sgd, adamw, adamp'],
  ['--momentum <x>', 'optimizer.momentum', 'momentum of SGD; β₁ of AdamW and AdamP'],
  ['--weight-decay <x>', 'optimizer.weightDecay', ''],
  ['--label-smoothing <x>', 'labelSmoothing', 'ε'],
  ['--schedule <name>', 'schedule.kind', 'cosine, step, constant'],
  ['--warmup-epochs <x>', 'schedule.warmupEpochs', ''],
  ['--warmup-steps <n>', 'schedule.warmupSteps', 'warm-up steps, instead of epochs'],
  ['--clip-norm <x>', 'clipNorm', 'limit of the global norm of the gradient'],
  ['--accumulate <n>', 'accumulate', 'update once every n steps'],
  ['--ema <decay>', 'ema', 'moving average of the weights'],
  ['--crop-scale <low,high>', 'augmentation.crop.scale', "shares of the image's area"],
  ['--crop-ratio <low,high>', 'augmentation.crop.ratio', 'width by height'],
  ['--flip <probability>', 'augmentation.flip', ''],
  ['--lighting <x>', 'augmentation.lighting', "AlexNet's colour noise"],
  ['--clean <name>', 'clean', 'drop or replace disputed labels'],
  ['--distill-size <pixels>', 'distill.size', 'side of the crops that the annotator sees'],
  ['--temperature <x>', 'distill.temperature', 'temperature of distillation'],
  ['--annotator <file>', 'distill.model', "the annotator's ONNX file, for distillation"],
  ['--class-space <name>', 'classSpace', 'classes of the student: project or annotator'],
  ['--annotation <id>', 'annotation', 'annotation to train on; default: the newest finished one'],
  ['--eval <mode>', 'evaluation.mode', 'center or squash'],
  ['--eval-resize <pixels>', 'evaluation.resize', 'shorter side before the centre crop'],
  ['--mean <r,g,b>', 'mean', 'for pixels in 0…1'],
  ['--std <r,g,b>', 'std', ''],
  ['--seed <n>', 'seed', ''],
  ['--train-split <name>', 'trainSplit', ''],
  ['--val-split <name>', 'valSplit', 'validation split; default: val, if there is one'],
  ['--validate-every <n>', 'validateEvery', 'epochs'],
  ['--checkpoint-steps <n>', 'checkpoint.everySteps', 'also write a checkpoint every n steps'],
  ['--keep <n>', 'checkpoint.keep', 'number of checkpoints to keep'],
  ['--cache-mb <n>', 'cache.diskMb', 'disk budget for decoded images; 0: no cache'],
  ['--memory-mb <n>', 'cache.memoryMb', 'keep the cache in memory up to this size'],
  ['--workers <n>', 'workers', 'number of threads that prepare batches'],
  ['--threads <n>', 'threads', 'number of engine threads'],
  ['--provider <name>', 'provider', 'cpu, …'],
]

/** Paths whose values are text even if they look like numbers. */
const texts = /<(name|file|id|mode)>/

/** Adds the options to a command. */
export function addRecipeOptions(command: Command): Command {
  for (const [flags, , help] of options) command.option(flags, help)
  return command
    .option('--jitter <x>', 'brightness, contrast and saturation by ± this share')
    .option('--preset <name>', `starting point: ${Object.keys(presets).join(', ')}`)
    .option('--recipe <file>', 'a JSON file with any of the options; single options override it')
    .option(
      '--set <path=value>',
      'any setting by its path in the recipe, for example optimizer.beta2=0.99; may be repeated',
      (value: string, all: string[]) => [...all, value],
      [],
    )
    .addHelpText(
      'after',
      `\nSupervisions, by the target of a crop:\n${list(supervisions, name => supervisionOf(name).text)}`,
    )
    .addHelpText('after', `\nStudents:\n${list(studentNames, name => students[name].text)}`)
}

/** Names and descriptions, one per line. */
function list<Name extends string>(names: readonly Name[], text: (name: Name) => string): string {
  const width = Math.max(...names.map(name => name.length))
  return names.map(name => `  ${name.padEnd(width)}  ${text(name)}`).join('\n')
}

const camel = (flags: string): string =>
  /--([\w-]+)/.exec(flags)![1]!.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

function place(path: string, value: unknown): object {
  return path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object
}

function number(flags: string, text: string): number {
  const value = Number(text)
  return text.trim() !== '' && Number.isFinite(value)
    ? value
    : fail('usage', `${flags.split(' ')[0]} takes a number, not "${text}"`)
}

function valueOf(flags: string, given: unknown, bare: number | undefined): unknown {
  if (given === true) return bare
  const text = String(given)
  if (texts.test(flags)) return flags.startsWith('--val-split') && text === 'none' ? null : text
  return /<\w+,/.test(flags) ? text.split(',').map(part => number(flags, part)) : number(flags, text)
}

function assignment(text: string): object {
  const equals = text.indexOf('=')
  const path = text.slice(0, equals)
  if (equals < 1 || !/^\w+(\.\w+)*$/.test(path) || path.includes('__proto__'))
    fail('usage', `--set takes PATH=VALUE, not "${text}"`)
  const value = text.slice(equals + 1)
  try {
    return place(path, JSON.parse(value))
  } catch {
    return place(path, value)
  }
}

/** The given options, as parts of a recipe. */
export function recipeParts(given: Record<string, unknown>): object[] {
  const parts: object[] = []
  if (typeof given['preset'] === 'string') parts.push(preset(given['preset']))
  if (typeof given['recipe'] === 'string') parts.push(readRecipeFile(given['recipe']))
  for (const [flags, path, , bare] of options) {
    const value = given[camel(flags)]
    if (value !== undefined) parts.push(place(path, valueOf(flags, value, bare)))
  }
  if (given['jitter'] !== undefined) {
    const x = number('--jitter', String(given['jitter']))
    parts.push({ augmentation: { brightness: x, contrast: x, saturation: x } })
  }
  for (const text of (given['set'] as string[] | undefined) ?? []) parts.push(assignment(text))
  return parts
}

/** The recipe of a command line, on top of `base` (a resumed run's). */
export function recipeOf(given: Record<string, unknown>, base: object = {}): Recipe {
  return mergeRecipes([base, ...recipeParts(given)], 'the recipe')
}
