/** How commands tell which images took no part. */

const shown = 5

/** A line with the count, and the first images with their reasons; none where all took part. `count`: where `images` is cut. */
export function leftOutLines(
  images: readonly { key: string; reason: string }[],
  count = images.length,
): string[] {
  if (count === 0) return []
  const lines = [`  ${count} images left out:`]
  for (const { key, reason } of images.slice(0, shown)) lines.push(`    ${key}: ${reason}`)
  if (count > shown) lines.push('    … (--json lists more)')
  return lines
}
