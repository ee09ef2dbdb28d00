/** Implements `app.devices`: tests every device, in a process that may crash. */
import type { MachineReport } from '../../tasks/machine/steps.ts'
import type { SelfTestConfig } from '../../tasks/machine/job.ts'
import type { CallLife } from './try-annotator.ts'
import { childOf } from '../child-of-call.ts'

/** The results; takes seconds. */
export function appDevices({ signal }: CallLife = {}): Promise<MachineReport> {
  return childOf(signal)<MachineReport>('self-test', { train: false } satisfies SelfTestConfig)
}
