/** The commands, each loaded only when called, with help, errors and exit codes. */
import { Command, CommanderError } from 'commander'
import { report } from './report-error.ts'

/** A command of the program. */
export interface Entry {
  name: string
  summary: string
  load: () => Promise<{ register: (program: Command) => void }>
}

const commands: readonly Entry[] = [
  { name: 'new', summary: 'make a project from a folder of images', load: () => import('./new.ts') },
  {
    name: 'annotator',
    summary: 'check whether an ONNX classifier can write label maps',
    load: () => import('./annotator.ts'),
  },
  {
    name: 'annotate',
    summary: 'write label maps for the images of a project',
    load: () => import('./annotate.ts'),
  },
  { name: 'target', summary: 'show the soft target of a crop', load: () => import('./target.ts') },
  { name: 'labels', summary: 'set, undo, list: given labels and truth', load: () => import('./labels.ts') },
  {
    name: 'corrections',
    summary: 'carry the corrections of one annotation to another',
    load: () => import('./corrections.ts'),
  },
  {
    name: 'project',
    summary: 'check, restore, replay: look after a project and repair damage',
    load: () => import('./project.ts'),
  },
  {
    name: 'classes',
    summary: 'list, name, colour, order, add and merge the classes of a project',
    load: () => import('./classes.ts'),
  },
  {
    name: 'maps',
    summary: 'verify, stat, repair: look after the label maps',
    load: () => import('./maps.ts'),
  },
  { name: 'train', summary: 'train a student', load: () => import('./train.ts') },
  {
    name: 'evaluate',
    summary: 'measure a run or a model on a split',
    load: () => import('./evaluate.ts'),
  },
  { name: 'runs', summary: 'list and compare runs', load: () => import('./runs.ts') },
  {
    name: 'export',
    summary: 'write the model of a run as ONNX and safetensors',
    load: () => import('./export.ts'),
  },
]

const doctor: Entry = {
  name: 'doctor',
  summary: 'check this machine',
  load: () => import('./doctor.ts'),
}

/**
 * Runs one command line (without `node` and the script) and ends the process with code 0, 1 (failed) or 2 (bad usage).
 * `more` are commands from higher rooms; they are listed before `doctor`.
 */
export async function runCli(args: string[], more: readonly Entry[] = []): Promise<void> {
  const json = args.includes('--json')
  const program = new Command('relabel')
    .description('Turn a single-label image data set into localized multi-labels, and train on them.')
    .option('--json', 'print the result as one JSON document on stdout')
    .showHelpAfterError('(add --help for the options)')
    .exitOverride()
    // With --json an error is a document on stdout; the text message would only repeat it.
    .configureOutput({ writeErr: text => void (json || process.stderr.write(text)) })
  process.stdout.on('error', () => process.exit(1)) // the reader went away
  try {
    const wanted = args.find(arg => !arg.startsWith('-'))
    for (const { name, summary, load } of [...commands, ...more, doctor])
      if (name === wanted) (await load()).register(program)
      else program.command(name).description(summary)
    if (args.length === 0) program.outputHelp()
    else await program.parseAsync(args, { from: 'user' })
    await finish(0)
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) await finish(0)
    await finish(await report(error, json))
  }
}

/** Exits once both streams are flushed, even if a handle is still open. */
async function finish(code: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr])
    await new Promise<void>(resolve => stream.write('', () => resolve()))
  process.exit(code)
}
