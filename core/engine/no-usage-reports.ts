/**
 * Switches off ONNX Runtime's usage reports in this process and its child processes; import it before the runtime.
 *
 * From version 1.29 on the runtime writes a device id and a database into the home folder and uploads what it counted,
 * on Linux and macOS, from the moment its first session is made. It reads the variable from the process, not from
 * JavaScript, so a thread whose `process.env` is a copy cannot set it and must not load the runtime.
 */
import { isMainThread } from 'node:worker_threads'
import { fail } from '../base/error.ts'

const name = 'ORT_DISABLE_TELEMETRY'

/** Whether the process itself has the variable, regardless of this thread's copy. */
function processHasIt(): boolean {
  if (isMainThread) return process.env[name] === '1'
  const { environmentVariables } = process.report.getReport() as {
    environmentVariables?: Record<string, string>
  }
  return environmentVariables?.[name] === '1'
}

process.env[name] = '1'
if (!processHasIt())
  fail(
    'unsupported',
    `ONNX Runtime would report usage from this thread: set ${name}=1 in the environment, or load the engine in the main thread first`,
  )
