/** Numbers, shares, times and sizes as the person's language writes them. */
import { i18n } from './index.ts'

const cache = new Map<string, Intl.NumberFormat>()
const locale = (): string => i18n.global.locale.value

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale()} ${JSON.stringify(options)}`
  const known = cache.get(key)
  if (known) return known
  const made = new Intl.NumberFormat(locale(), options)
  cache.set(key, made)
  return made
}

const dash = '–'
const missing = (value: number | null | undefined): value is null | undefined =>
  value === null || value === undefined || !Number.isFinite(value)

/** 1281167 → 1,281,167; `digits` after the point at most. */
export const formatNumber = (value: number | null | undefined, digits = 0): string =>
  missing(value) ? dash : numberFormat({ maximumFractionDigits: digits }).format(value)

/** A share in 0…1 as a percentage with a fixed number of digits. */
export const formatPercent = (value: number | null | undefined, digits = 1): string =>
  missing(value)
    ? dash
    : numberFormat({
        style: 'percent',
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }).format(value)

/** A difference of shares in percentage points, with its sign. */
export const formatPoints = (value: number | null | undefined, digits = 1): string =>
  missing(value)
    ? dash
    : numberFormat({
        signDisplay: 'exceptZero',
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }).format(value * 100)

/** Items per second: three significant digits. */
export const formatRate = (value: number | null | undefined): string =>
  missing(value) ? dash : numberFormat({ maximumSignificantDigits: 3 }).format(value)

const unit = (value: number, name: string): string =>
  numberFormat({ style: 'unit', unit: name, unitDisplay: 'narrow' }).format(value)

/** Seconds as the two largest units: 1h 5m. */
export function formatDuration(seconds: number | null | undefined): string {
  if (missing(seconds)) return dash
  const all = Math.max(0, Math.round(seconds))
  const [days, hours, minutes] = [
    Math.floor(all / 86_400),
    Math.floor(all / 3600) % 24,
    Math.floor(all / 60) % 60,
  ]
  if (days > 0) return `${unit(days, 'day')} ${unit(hours, 'hour')}`
  if (hours > 0) return `${unit(hours, 'hour')} ${unit(minutes, 'minute')}`
  if (minutes > 0) return `${unit(minutes, 'minute')} ${unit(all % 60, 'second')}`
  return unit(all, 'second')
}

const sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']

/** Bytes in the unit (powers of 1000) that reads best; below 10 of it with one digit after the point. */
export function formatBytes(bytes: number | null | undefined): string {
  if (missing(bytes)) return dash
  const step = bytes < 1000 ? 0 : Math.min(sizes.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** step
  return numberFormat({
    style: 'unit',
    unit: sizes[step] ?? 'byte',
    unitDisplay: step === 0 ? 'long' : 'short', // “999 bytes”, but “1.3 kB”
    maximumFractionDigits: step > 1 || (step === 1 && value < 9.95) ? 1 : 0,
  }).format(value)
}

/** A moment (ISO 8601) as a short date and time. */
export function formatMoment(moment: string | null | undefined): string {
  const date = moment ? new Date(moment) : null
  if (!date || Number.isNaN(date.getTime())) return dash
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(date)
}

const spans: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

/** A moment as the time since: 3 days ago. */
export function formatAgo(moment: string, now = Date.now()): string {
  const seconds = (new Date(moment).getTime() - now) / 1000
  if (!Number.isFinite(seconds)) return dash
  const relative = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' })
  for (const [name, length] of spans)
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), name)
  return relative.format(0, 'second')
}
