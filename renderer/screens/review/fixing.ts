/** Sends the image in sight to be corrected, and finds out afterwards whether it was. */
import { api } from '../../api/client.ts'
import { useProject } from '../../stores/project.ts'
import type { Fix } from './state.ts'

/** Looks at whether a correction has been saved, and milliseconds between two of them. */
const looks = 4
const between = 250

export function useFixes() {
  const project = useProject()

  async function versionOf(image: number): Promise<number> {
    const annotation = project.info?.annotation
    return annotation ? (await api('corrections.get', { image, annotation })).version : 0
  }

  /** How an image stands before it is corrected. */
  const begin = async (id: number): Promise<Fix> => ({ id, version: await versionOf(id) })

  /** Whether it has been corrected since; its last step may still be on its way. */
  async function wasFixed({ id, version }: Fix): Promise<boolean> {
    for (let look = 0; ; look++) {
      if ((await versionOf(id)) !== version) return true
      if (look === looks) return false
      await new Promise(resolve => setTimeout(resolve, between))
    }
  }

  return { begin, wasFixed }
}
