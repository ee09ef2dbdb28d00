/** The bond between a launcher, what it launches, and who started the launcher: none of them stays alone. Any Node ≥ 20. */
import { spawn } from 'node:child_process'

/** Milliseconds between two looks at who the parent is: npm and shells have no other way to tell of their end. */
const look = 500

/** Ends this launcher as if it had been told to when whoever started it is gone. */
export function endWithParent() {
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && process.kill(process.pid, 'SIGTERM'), look).unref()
}

/**
 * Starts a program whose channel breaks when this process ends, however it ends; `endWithLauncher` in that program hears
 * of it. Input and output are this process's.
 */
export function spawnLinked(command, args, options = {}) {
  return spawn(command, args, { ...options, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
}
