/** Parses external JSON with limits, so that later code neither exhausts the stack nor changes an object's prototype. */
import { fail, messageOf } from './error.ts'

/** Nesting depth of lists and objects; no file of this program needs ten levels. */
const maxDepth = 64

/** Whether brackets outside strings are ever nested deeper than {@link maxDepth}. */
function isDeep(text: string): boolean {
  let depth = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (quoted) {
      if (code === 0x5c) i++
      else if (code === 0x22) quoted = false
    } else if (code === 0x22) quoted = true
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > maxDepth) return true
    } else if (code === 0x5d || code === 0x7d) depth--
  }
  return false
}

function hasProto(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasProto)
}

/**
 * The value of `text`; `what` names it in errors (a file, or a file and a line). Throws `bad-data` for text that is not
 * JSON, is nested more than 64 deep, or has a key `__proto__`.
 */
export function parseJson(text: string, what: string, detail: Record<string, unknown> = {}): unknown {
  if (isDeep(text)) fail('bad-data', `${what} is nested more than ${maxDepth} levels deep`, detail)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return fail('bad-data', `${what} is not valid JSON (${messageOf(error)})`, detail, error)
  }
  // Written literally or with escapes; most files have neither.
  if (/__proto__|\\u/i.test(text) && hasProto(value))
    fail('bad-data', `${what} has a key "__proto__", which is not a name for anything here`, detail)
  return value
}
