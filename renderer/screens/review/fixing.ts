/** Opens the current image for correction, and checks afterwards whether it was corrected. */
import { api } from '../../api/client.ts'
import { useProject } from '../../stores/project.ts'
import type { Fix } from './state.ts'

/** Number of checks for a saved correction, and milliseconds between them. */
const looks = 4
const between = 250

export function useFixes() {
  const project = useProject()

  async function versionOf(image: number): Promise<number> {
    const annotation = project.info?.annotation
    return annotation ? (await api('corrections.get', { image, annotation })).version : 0
  }

  /** The state of an image before it is corrected. */
  const begin = async (id: number): Promise<Fix> => ({ id, version: await versionOf(id) })

  /** Whether it has been corrected since; its last step may still be being saved. */
  async function wasFixed({ id, version }: Fix): Promise<boolean> {
    for (let look = 0; ; look++) {
      if ((await versionOf(id)) !== version) return true
      if (look === looks) return false
      await new Promise(resolve => setTimeout(resolve, between))
    }
  }

  return { begin, wasFixed }
}
