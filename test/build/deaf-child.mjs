/** A child that hears no signal that can be ignored, as a process does that is lost in a query; `busy` answers nothing at all. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => process.stdout.write(`${signal}\n`))
process.stdout.write('ready\n')
setTimeout(() => {
  if (process.argv[2] === 'busy') for (;;);
}, 0)
setInterval(() => {}, 1000)
