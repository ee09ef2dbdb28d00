/** Texts, sizes and colours of images in the grid. */
import type { ImageItem } from '../../../core/contract/api/browse.ts'

/** 0…359: the same for images of one class, so that a page of one class looks calm before its thumbnails are there. */
export const placeholderHue = (item: Pick<ImageItem, 'id' | 'label'>): number =>
  ((item.label ?? item.id) * 137) % 360

/** The thumbnail to ask for, for a cell of this many pixels. */
export function thumbnailSide(cell: number, density: number): 80 | 160 | 320 {
  const pixels = cell * Math.min(density, 2)
  return pixels <= 90 ? 80 : pixels <= 190 ? 160 : 320
}

/** Lines of text below a picture, and their height in pixels. */
export function captionOf(size: number): { lines: 0 | 1 | 3; height: number } {
  if (size >= 128) return { lines: 3, height: 52 }
  return size >= 96 ? { lines: 1, height: 22 } : { lines: 0, height: 0 }
}
