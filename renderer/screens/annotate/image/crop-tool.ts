/** The crop inspector's box (dragged by its handles, drawn at random, or typed in) and its target. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { random } from '../../../../core/base/random.ts'
import { cropBox, type Axes, type Crop } from '../../../../core/pooling/crop.ts'
import { createState, readable } from '../../../stores/state.ts'
import { cropBetween, dragCrop, drawCrop, fitCrop, handleAt, type Handle } from '../../../stage/crop-box.ts'
import type { Point } from '../../../stage/view.ts'
import { useAnnotate } from '../state/store.ts'
import { targetOf, wholeImage } from '../../../labelmap/targets.ts'

/** How far from a handle the pointer may be, screen pixels. */
const near = 9

const cursors: Record<Handle, string> = {
  n: 'ns-resize',
  s: 'ns-resize',
  w: 'ew-resize',
  e: 'ew-resize',
  nw: 'nwse-resize',
  se: 'nwse-resize',
  ne: 'nesw-resize',
  sw: 'nesw-resize',
  move: 'move',
}

/** How random crops are drawn, and how a crop maps to cells. */
export interface CropOptions {
  /** Shares of the image's area, as the paper's recipe has them. */
  scale: [number, number]
  /** Largest ratio of the sides. */
  aspect: number
  axes: Axes
}

const first: { options: CropOptions } = {
  options: { scale: [0.08, 1], aspect: 4 / 3, axes: 'correct' },
}

export const useCropTool = defineStore('annotate-crop', () => {
  const screen = useAnnotate()
  const state = createState(first)
  const { options } = state.fields
  let draws = 0
  let drag: { handle: Handle | 'new'; from: Point; start: Crop } | null = null

  const image = computed(() => screen.image?.size ?? null)

  /** The crop shown; the whole image until one is drawn. */
  const crop = computed(() => screen.crop ?? (image.value ? wholeImage(image.value) : null))

  function set(next: Crop): void {
    if (image.value) screen.setCrop(fitCrop(next, image.value))
  }

  /** The tool was selected: show a crop with handles. */
  function ensure(): void {
    const size = image.value
    if (!size || screen.crop) return
    set({
      left: size.width * 0.25,
      top: size.height * 0.25,
      width: size.width * 0.5,
      height: size.height * 0.5,
    })
  }

  function cursorAt(at: Point, zoom: number): string {
    const handle = screen.crop && handleAt(screen.crop, at, near / zoom)
    return handle ? cursors[handle] : 'crosshair'
  }

  function begin(at: Point, zoom: number): boolean {
    const size = image.value
    if (!size) return false
    const handle = screen.crop ? handleAt(screen.crop, at, near / zoom) : null
    const inside = at.x >= 0 && at.y >= 0 && at.x < size.width && at.y < size.height
    if (!handle && !inside) return false
    drag = { handle: handle ?? 'new', from: at, start: screen.crop ?? wholeImage(size) }
    return true
  }

  function move(to: Point): void {
    const size = image.value
    if (!drag || !size) return
    const { handle, from, start } = drag
    screen.setCrop(
      handle === 'new'
        ? cropBetween(from, to, size)
        : dragCrop(start, handle, { x: to.x - from.x, y: to.y - from.y }, size),
    )
  }

  function cancel(): void {
    if (drag) screen.setCrop(drag.start)
    drag = null
  }

  /** Draws a random crop as in training, a different one each time. */
  function draw(): void {
    const size = image.value
    const id = screen.image?.info.item.id
    if (!size || id === undefined) return
    const { scale, aspect } = options.value
    screen.setCrop(drawCrop(size, scale, [1 / aspect, aspect], random(id, ++draws)))
  }

  /** The exact target of training, computed by the trainer's own function. */
  const target = computed(() => {
    const [map, ground, size] = [screen.shown?.map, screen.ground, image.value]
    if (!map || !ground || !size || !crop.value) return null
    return targetOf(ground.targeter, map, crop.value, size, options.value.axes)
  })

  /** The region of interest on the map: x1, y1, x2, y2 in cells. */
  const region = computed(() => {
    const [grid, size] = [screen.grid, image.value]
    return grid && size && crop.value ? cropBox(crop.value, size, grid, options.value.axes) : null
  })

  return readable(state, {
    setOptions: (part: Partial<CropOptions>) => state.set({ options: { ...options.value, ...part } }),
    crop,
    target,
    region,
    set,
    ensure,
    cursorAt,
    begin,
    move,
    end: () => (drag = null),
    cancel,
    draw,
  })
})
