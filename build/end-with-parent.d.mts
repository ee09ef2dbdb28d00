/** Types of end-with-parent.mjs, which is JavaScript so that any Node can run it. */
import type { ChildProcess, SpawnOptions } from 'node:child_process'

export function endWithParent(): void
export function spawnLinked(command: string, args: readonly string[], options?: SpawnOptions): ChildProcess
