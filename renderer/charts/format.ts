/** Numbers as people read them, in the language of the page. */

/** A share as a percentage with one decimal, or a dash. */
export function percent(share: number | null | undefined, locale?: string): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return '–'
  return new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(share)
}

/** A difference of shares in percentage points with its sign: `+1.3`, `−0.4`, `±0.0`. */
export function points(difference: number | null | undefined, locale?: string): string {
  if (difference === null || difference === undefined || !Number.isFinite(difference)) return '–'
  const size = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(
    Math.abs(100 * difference),
  )
  const rounded = Math.round(1000 * difference)
  return `${rounded > 0 ? '+' : rounded < 0 ? '−' : '±'}${size}`
}

/** Four significant digits, without an exponent where the number is of ordinary size. */
export function short(value: number | null | undefined, locale?: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2)
  return new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 }).format(value)
}

/** Whole numbers with their thousands parted. */
export function whole(value: number | null | undefined, locale?: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(value)
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Bytes in powers of 1000, as file managers count. */
export function bytes(value: number | null | undefined, locale?: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  let size = value
  let unit = 0
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  const digits = unit === 0 || size >= 100 ? 0 : 1
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(size)} ${units[unit]}`
}

/** Seconds as a clock, `12:05` or `3:00:12`. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '–'
  const total = Math.max(0, Math.round(seconds))
  const two = (value: number): string => String(value).padStart(2, '0')
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}
