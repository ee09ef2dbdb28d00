/** What a launcher does when whoever started it (npm, a shell) is gone: it ends as if it had been told to. Any Node ≥ 20. */

/** Milliseconds between two looks at who the parent is: npm and shells have no other way to tell of their end. */
const look = 500

export function endWithParent() {
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && process.kill(process.pid, 'SIGTERM'), look).unref()
}
