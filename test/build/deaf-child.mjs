/**
 * A child that ignores every signal that can be ignored, like a process stuck in a query; `busy` does not respond at
 * all.
 */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => process.stdout.write(`${signal}\n`))
process.stdout.write('ready\n')
setTimeout(() => {
  if (process.argv[2] === 'busy') for (;;);
}, 0)
setInterval(() => {}, 1000)
