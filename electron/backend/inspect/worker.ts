/** The process that inspects a project before the backend opens it, and can be killed if it hangs. */
import { toWire } from '../../../core/base/wire-error.ts'
import { requireReadable } from '../../../core/project/inspect.ts'
import { openProject } from '../../../core/project/project.ts'

process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {})

const dir = process.argv[2] ?? ''
try {
  // An older file is migrated here, which may take a while.
  const project = openProject(dir, { readonly: true })
  requireReadable(project)
  project.close()
  process.send?.(null, () => process.exit(0))
} catch (error) {
  const told = toWire(error)
  if (told.code === 'internal') console.error(error)
  process.send?.(told, () => process.exit(0))
}
