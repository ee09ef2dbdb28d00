/**
 * Switches off ONNX Runtime's usage reports in this process and in those that it starts; imported before the runtime.
 *
 * From version 1.29 on the runtime writes a device id and a database into the home folder and uploads what it counted,
 * on Linux and macOS, from the moment its first session is made. It reads the variable from the process, not from
 * JavaScript, so a thread whose `process.env` is a copy cannot set it and must not load the runtime.
 */
import { isMainThread } from 'node:worker_threads'
import { fail } from '../base/error.ts'

const name = 'ORT_DISABLE_TELEMETRY'

/** Whether the process itself has the variable, whatever this thread's copy says. */
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
    `ONNX Runtime would report its use from this thread: set ${name}=1 in the environment, or load the engine in the main thread first`,
  )
