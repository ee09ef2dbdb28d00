/** What launchers do with signals, so that whatever they started ends with them. Runs on any Node ≥ 20. */

/** Milliseconds within which one Ctrl-C may arrive twice: from the terminal, and passed on by npm. */
const oneCtrlC = 300

/**
 * Watches over a child. The first Ctrl-C is the child's own affair: the terminal sends it to both, and the child puts
 * everything in order. The second one ends the child `grace` ms later whatever it is at: time in which a launcher below
 * this one ends what it started itself. SIGTERM and SIGHUP are passed on.
 */
export function passSignals(child, grace = 0) {
  let first
  process.on('SIGINT', () => {
    first ??= performance.now()
    if (performance.now() - first > oneCtrlC) setTimeout(() => child.kill('SIGKILL'), grace)
  })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
}

/** The exit code that tells how a child ended, as shells have it. */
export function exitCode(code, signal) {
  if (signal === null) return code ?? 1
  return 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 1)
}
