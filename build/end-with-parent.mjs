/** Ties a launcher to its parent and its child, so that none of them is orphaned. Runs on any Node ≥ 20. */
import { spawn } from 'node:child_process'

/** Interval for polling the parent's process id, milliseconds: npm and shells cannot signal their end otherwise. */
const look = 500

/** Ends this launcher, as if by a signal, when its parent is gone. */
export function endWithParent() {
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && process.kill(process.pid, 'SIGTERM'), look).unref()
}

/**
 * Starts a program with a channel that closes when this process ends for any reason; `endWithLauncher` in that program
 * detects that. The program inherits input and output.
 */
export function spawnLinked(command, args, options = {}) {
  return spawn(command, args, { ...options, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
}
