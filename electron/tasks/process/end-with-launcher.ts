/** Ends a launched program in order when its launcher is gone, for example killed. */

/**
 * Ends this process with SIGTERM, and so in order, when the process that started it with an IPC channel ends for any
 * reason. Does nothing for a program that was started by hand.
 */
export function endWithLauncher(): void {
  if (!process.channel) return
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.channel.unref() // the channel alone must not keep the process alive
}
