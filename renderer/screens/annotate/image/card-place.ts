/** Where the card stands: beside the pointer, inside the window; pure. */
import type { Point, Size } from '../../../stage/view.ts'

/** Distance from the pointer, and from the window's edge, CSS pixels. */
const away = 18
const edge = 8

/** Right of and below a place; on the other side where the window ends, and never outside of it. */
export function cardPlace(at: Point, card: Size, window: Size): Point {
  const beside = (place: number, length: number, room: number): number => {
    const after = place + away
    const fits = after + length + edge <= room
    return Math.max(edge, Math.min(fits ? after : place - away - length, room - length - edge))
  }
  return { x: beside(at.x, card.width, window.width), y: beside(at.y, card.height, window.height) }
}
