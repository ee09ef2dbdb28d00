/** What failed because a project is damaged. */
import { toApiError } from '../api/error.ts'

/** The folder of the project whose database is damaged, where that is what an error says. */
export function damagedProject(error: unknown): string | null {
  if (error === null || error === undefined) return null
  const { detail } = toApiError(error)
  return detail['damaged'] === true && typeof detail['dir'] === 'string' ? detail['dir'] : null
}
