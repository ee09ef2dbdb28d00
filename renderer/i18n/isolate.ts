/** Names from files inside of sentences: what writes from right to left, or overrides the direction, ends with the name. */

const turns =
  /[\u0590-\u08FF\u200E\u200F\u202A-\u202E\u2066-\u2069\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}]/u
const [start, end] = ['\u2068', '\u2069']

/** The name within an isolate of Unicode's; names that turn nothing around come back as they are. */
export function isolated(name: string): string {
  if (!turns.test(name)) return name
  let open = 0
  let kept = ''
  for (const sign of name) {
    if (sign >= '\u2066' && sign <= start) open++
    else if (sign === end && --open < 0) {
      open = 0 // it would end our own isolate
      continue
    }
    kept += sign
  }
  return start + kept + end.repeat(open + 1)
}
