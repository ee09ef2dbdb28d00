/** Simulates an inspection that a malicious database keeps busy: it never ends and ignores signals. */
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => {})
for (;;);
