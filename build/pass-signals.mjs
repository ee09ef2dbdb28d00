/** Signal handling of launchers, so that everything they started ends with them. Runs on any Node ≥ 20. */

/** Milliseconds within which one Ctrl-C may arrive twice: from the terminal, and forwarded by npm. */
const oneCtrlC = 300

/**
 * Handles the signals for a child. The first Ctrl-C is left to the child: the terminal sends it to both, and the child
 * shuts down in order. The second one kills the child after `grace` ms in any case: time in which a launcher below
 * this one ends what it started itself. SIGTERM and SIGHUP are forwarded.
 */
export function passSignals(child, grace = 0) {
  let first
  process.on('SIGINT', () => {
    first ??= performance.now()
    if (performance.now() - first > oneCtrlC) setTimeout(() => child.kill('SIGKILL'), grace)
  })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
}

/** The exit code for the way a child ended, by the convention of shells. */
export function exitCode(code, signal) {
  if (signal === null) return code ?? 1
  return 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 1)
}
