/** A launcher as those in `build` are: one child, whose end is its own. `launcher.mjs GRACE SCRIPT [ARGS…]`. */
import { spawn } from 'node:child_process'
import { exitCode, passSignals } from '../../build/pass-signals.mjs'

const [grace, script, ...args] = process.argv.slice(2)
const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit' })
process.stdout.write(`child ${child.pid}\n`)
passSignals(child, Number(grace))
child.on('close', (code, signal) => process.exit(exitCode(code, signal)))
