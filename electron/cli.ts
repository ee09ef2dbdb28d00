/** The command line: `relabel COMMAND …`; results on stdout, progress and messages on stderr. */
import { enableCompileCache } from 'node:module'
import { endWithLauncher } from './tasks/process/end-with-launcher.ts'

endWithLauncher()
// Saves a third of the start of a command; without a writable folder it does nothing.
enableCompileCache()
const { runCli } = await import('./cli/index.ts')
await runCli(process.argv.slice(2), [
  {
    name: 'demo',
    summary: 'the built-in sample, end to end',
    load: () => import('./demo/command.ts'),
  },
  {
    name: 'bench',
    summary: 'pooling, annotate, train, data, studio: benchmarks',
    load: () => import('./bench/command.ts'),
  },
])
