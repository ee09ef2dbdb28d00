import type { ChildProcess } from 'node:child_process'

export function passSignals(child: Pick<ChildProcess, 'kill'>, grace?: number): void
export function exitCode(code: number | null, signal: NodeJS.Signals | null): number
