/** What a launched program does when its launcher is gone, killed say: it ends as if it had been told to. */

/**
 * Ends this process by SIGTERM, and so in order, when the process that started it with an IPC channel ends, however that
 * ends. Does nothing for a program that was started by hand.
 */
export function endWithLauncher(): void {
  if (!process.channel) return
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.channel.unref() // the channel alone is no reason to stay
}
