/** Which images the film strip shows: as many as fit, around one of them; pure. */

export interface StripRange {
  /** From the first to before the end. */
  first: number
  end: number
}

/** At most `room` of `total` images with `middle` in the middle, or nearer to an end of the list. */
export function stripRange(middle: number, total: number, room: number): StripRange {
  const count = Math.max(0, Math.min(total, room))
  const first = Math.max(0, Math.min(Math.round(middle) - Math.floor(count / 2), total - count))
  return { first, end: first + count }
}

/** The image that a key goes to; undefined: the key moves nothing. */
export function stripMove(key: string, at: number, total: number, room: number): number | undefined {
  const to: Record<string, number> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    PageUp: at - room,
    PageDown: at + room,
    Home: 0,
    End: total - 1,
  }
  const wanted = to[key]
  return wanted === undefined || total === 0 ? undefined : Math.max(0, Math.min(total - 1, wanted))
}
