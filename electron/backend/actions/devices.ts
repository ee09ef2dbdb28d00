/** Behind `app.devices`: every device tried, in a process that may crash. */
import type { MachineReport } from '../../actions/machine.ts'
import type { SelfTestConfig } from '../../jobs/self-test.ts'
import type { CallLife } from './annotator.ts'
import { childOf } from './child.ts'

/** What was found; takes seconds. */
export function appDevices({ signal }: CallLife = {}): Promise<MachineReport> {
  return childOf(signal)<MachineReport>('self-test', { train: false } satisfies SelfTestConfig)
}
