/** The process that inspects a project before or while the backend has it open, and can be killed if it hangs. */
import { toWire } from '../../../core/base/wire-error.ts'
import { log } from '../../tasks/process/log.ts'
import type { FromInspector } from './messages.ts'
import { tasks } from './tasks.ts'

process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {})

const [name = '', input = '{}'] = process.argv.slice(2)
const answer = (message: FromInspector): void => void process.send?.(message, () => process.exit(0))
try {
  answer({ result: tasks[name as keyof typeof tasks](JSON.parse(input) as never) })
} catch (error) {
  const problem = toWire(error)
  if (problem.code === 'internal') log.error(`the inspection ${name} failed`, error)
  answer({ problem })
}
