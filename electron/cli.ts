/** The command line: `relabel COMMAND …`; results on stdout, progress and messages on stderr. */
import { enableCompileCache } from 'node:module'
import { endWithLauncher } from './tasks/process/end-with-launcher.ts'

endWithLauncher()
// Saves a third of a command's startup time; does nothing without a writable folder.
enableCompileCache()
const { runCli } = await import('./cli/index.ts')
await runCli(process.argv.slice(2), [
  {
    name: 'demo',
    summary: 'run the built-in sample from end to end',
    load: () => import('./demo/command.ts'),
  },
  {
    name: 'bench',
    summary: 'run benchmarks: pooling, annotate, train, data, studio',
    load: () => import('./bench/command.ts'),
  },
])
