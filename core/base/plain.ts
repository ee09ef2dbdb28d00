/** Plain values, as they come out of JSON. */

/** Whether a value has named fields: an object that is not a list. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether a value is a whole number from 0 on. */
export const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

/** `top` laid over `base`: objects are merged field by field, everything else is replaced where `top` gives it. */
export function overlay(base: unknown, top: unknown): unknown {
  if (!isRecord(base) || !isRecord(top)) return top === undefined ? base : top
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(top)) merged[key] = overlay(merged[key], value)
  return merged
}
