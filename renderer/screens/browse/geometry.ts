/**
 * Positions of the cells of a grid of any length. Offsets are pixels of the whole content, which may be longer than a
 * browser can lay out; scroll positions are pixels of the scroller, whose length is limited.
 */

/** Input of a grid layout; all lengths in pixels. */
export interface GridRoom {
  /** Inner width and height of the scroller. */
  width: number
  height: number
  /** Items, 0 and above. */
  total: number
  /** Requested cell width; cells stretch a little to fill the row. */
  size: number
  /** Height of the text below the square image. */
  caption: number
  /** Gap between cells and around all of them. */
  gap: number
}

export interface GridGeometry {
  columns: number
  rows: number
  /** Rows that may exist at once. */
  live: number
  total: number
  /** Width of a cell. */
  cell: number
  /** From the top of one row to the top of the next. */
  rowHeight: number
  gap: number
  /** Height of the visible part. */
  height: number
  /** Height of all rows. */
  content: number
  /** Height of the scroller's content: `content`, but at most the limit. */
  scroll: number
}

/** Rows kept ready above and below the visible part. */
const overscan = 1
/** Cells and rows that may exist at once. */
export const mostNodes = 400
/** Browsers support 17 to 33 million pixels; a scrollbar has only about a thousand positions anyway. */
export const longestScroll = 8_000_000

/** Rows that may exist at once: the visible ones, a partial one at each end, and the overscan. */
const liveRows = (height: number, rowHeight: number): number =>
  Math.ceil(Math.max(1, height) / rowHeight) + 1 + 2 * overscan

/** Lays out a grid. Cells grow beyond `size` if otherwise more than {@link mostNodes} would be visible. */
export function gridGeometry(room: GridRoom): GridGeometry {
  const { total, caption, gap, height } = room
  const width = Math.max(1, room.width - gap)
  for (let size = Math.max(16, room.size); ; size *= 1.05) {
    const columns = Math.max(1, Math.floor(width / (size + gap)))
    const cell = Math.floor(width / columns) - gap
    const rowHeight = Math.max(1, cell) + caption + gap
    const live = liveRows(height, rowHeight)
    if (live * (columns + 1) > mostNodes && columns > 1) continue
    const rows = Math.ceil(total / columns)
    const content = rows * rowHeight + gap
    return {
      columns,
      rows,
      live,
      total,
      cell,
      rowHeight,
      gap,
      height,
      content,
      scroll: Math.min(content, Math.max(longestScroll, height)),
    }
  }
}

/** The same columns for another number of items. */
export function resized(grid: GridGeometry, total: number): GridGeometry {
  const rows = Math.ceil(total / grid.columns)
  return { ...grid, total, rows, content: rows * grid.rowHeight + grid.gap }
}

/** The largest offset: the last row at the bottom. */
export const lastOffset = (grid: GridGeometry): number => Math.max(0, grid.content - grid.height)

export const clampOffset = (grid: GridGeometry, offset: number): number =>
  Math.min(lastOffset(grid), Math.max(0, offset))

/** Pixels of content a pixel of the scrollbar stands for, 1 and above. */
export function scrollScale(grid: GridGeometry): number {
  const way = grid.scroll - grid.height
  return way > 0 ? Math.max(1, lastOffset(grid) / way) : 1
}

/** The offset a scroll position stands for, and the other way round. */
export const offsetOfScroll = (grid: GridGeometry, scrollTop: number): number =>
  clampOffset(grid, scrollTop * scrollScale(grid))
export const scrollOfOffset = (grid: GridGeometry, offset: number): number => offset / scrollScale(grid)

/** Rows that should exist at an offset: from `first` to before `end`. */
export function rowsAt(grid: GridGeometry, offset: number): { first: number; end: number } {
  const first = Math.floor((offset - grid.gap) / grid.rowHeight)
  const end = Math.ceil((offset + grid.height - grid.gap) / grid.rowHeight)
  return {
    first: Math.min(Math.max(0, first - overscan), grid.rows),
    end: Math.min(grid.rows, Math.max(0, end + overscan)),
  }
}

/** Visible items at an offset: from `first` to before `end`, including partial ones. */
export function itemsAt(grid: GridGeometry, offset: number): { first: number; end: number } {
  const first = Math.max(0, Math.floor((offset - grid.gap) / grid.rowHeight)) * grid.columns
  const end = Math.ceil((offset + grid.height - grid.gap) / grid.rowHeight) * grid.columns
  return { first: Math.min(first, grid.total), end: Math.min(grid.total, Math.max(0, end)) }
}

/** Top of an item's row. */
export const topOf = (grid: GridGeometry, index: number): number =>
  Math.floor(index / grid.columns) * grid.rowHeight + grid.gap

/** The nearest offset at which an item is completely visible. */
export function reveal(grid: GridGeometry, offset: number, index: number): number {
  const top = topOf(grid, index) - grid.gap
  const bottom = top + grid.rowHeight + grid.gap
  if (top < offset) return clampOffset(grid, top)
  if (bottom > offset + grid.height) return clampOffset(grid, Math.min(top, bottom - grid.height))
  return offset
}

/** The new active item for a key; undefined for keys that do not move it. */
export function moved(grid: GridGeometry, index: number, key: string): number | undefined {
  const last = grid.total - 1
  if (last < 0) return undefined
  const page = Math.max(1, Math.floor(grid.height / grid.rowHeight)) * grid.columns
  const inColumn = (step: number): number => {
    const to = index + step
    if (to >= 0 && to <= last) return to
    // Beyond an end: the outermost row, in the same column where it has one.
    const column = index % grid.columns
    return step < 0 ? column : Math.min(last, Math.floor(last / grid.columns) * grid.columns + column)
  }
  const bound = (to: number): number => Math.min(last, Math.max(0, to))
  switch (key) {
    case 'ArrowLeft':
      return bound(index - 1)
    case 'ArrowRight':
      return bound(index + 1)
    case 'ArrowUp':
      return index - grid.columns < 0 ? index : index - grid.columns
    case 'ArrowDown':
      return Math.floor(index / grid.columns) >= grid.rows - 1 ? index : bound(index + grid.columns)
    case 'PageUp':
      return inColumn(-page)
    case 'PageDown':
      return inColumn(page)
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return undefined
  }
}
