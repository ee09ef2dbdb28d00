/** Looks at a project as one does that a strange database keeps busy: for ever, and deaf. */
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => {})
for (;;);
