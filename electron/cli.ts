/** The command line: `relabel COMMAND …`; results on stdout, progress and messages on stderr. */
import { runCli } from './commands/index.ts'

await runCli(process.argv.slice(2))
