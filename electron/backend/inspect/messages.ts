/** What the backend and the process that looks at a project say to each other. */
import type { WireError } from '../../../core/base/wire-error.ts'
import type { tasks } from './tasks.ts'

export type Tasks = typeof tasks
export type TaskName = keyof Tasks
export type TaskInput<Name extends TaskName> = Parameters<Tasks[Name]>[0]
export type TaskOutput<Name extends TaskName> = ReturnType<Tasks[Name]>

export type FromInspector = { result: unknown } | { problem: WireError }
