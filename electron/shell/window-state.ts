/** Size and place of the window, kept from one start to the next and brought back onto a screen that exists. */
import { z } from 'zod'
import { writeAtomicSync } from '../../core/base/files/atomic.ts'
import { readText } from '../../core/base/files/read.ts'
import { parseJson } from '../../core/base/json.ts'

const side = z.int().min(-100_000).max(100_000)
const schema = z.object({
  bounds: z.object({ x: side, y: side, width: side, height: side }),
  maximized: z.boolean(),
})

const limits = { what: 'the state of a window', maxBytes: 65_536 }

export type WindowState = z.infer<typeof schema>
export type Bounds = WindowState['bounds']

export const smallest = { width: 960, height: 640 }
const wanted = { width: 1440, height: 900 }

/** The state in a file; undefined where there is none or it cannot be trusted. */
export function readWindowState(file: string): WindowState | undefined {
  try {
    const parsed = schema.safeParse(parseJson(readText(file, limits), file))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

/** Failing to save the window's position is not an error. */
export function writeWindowState(file: string, state: WindowState): void {
  try {
    writeAtomicSync(file, JSON.stringify(state))
  } catch {
    // the next start opens in the middle of the screen
  }
}

/** The former bounds where enough of them is on one of the work areas, else a window in the middle of the first. */
export function fitBounds(state: WindowState | undefined, areas: readonly Bounds[]): Bounds {
  const [first = { x: 0, y: 0, ...wanted }] = areas
  const width = Math.min(Math.max(state?.bounds.width ?? wanted.width, smallest.width), first.width)
  const height = Math.min(Math.max(state?.bounds.height ?? wanted.height, smallest.height), first.height)
  const middle = {
    x: first.x + Math.round((first.width - width) / 2),
    y: first.y + Math.round((first.height - height) / 2),
    width,
    height,
  }
  if (!state) return middle
  const { x, y } = state.bounds
  // A hundred pixels of the title bar must be within reach.
  const reachable = areas.some(
    area =>
      x + width > area.x + 100 &&
      x < area.x + area.width - 100 &&
      y >= area.y &&
      y < area.y + area.height - 50,
  )
  return reachable ? { x, y, width, height } : middle
}
