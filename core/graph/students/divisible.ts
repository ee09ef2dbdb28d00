/** Rounding rules for channel counts in published architectures. */

/** The nearest multiple of `divisor` that is no more than a tenth below `value` (MobileNet's and EfficientNet's rule). */
export function divisible(value: number, divisor = 8): number {
  const nearest = Math.max(divisor, Math.floor((value + divisor / 2) / divisor) * divisor)
  return nearest < 0.9 * value ? nearest + divisor : nearest
}

/** Round half to even, as Python's `round` does; ReXNet's channel counts depend on it. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
