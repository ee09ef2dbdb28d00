/** The view of an image: a scale and an offset, changed by pure functions. */

/** Screen = image · scale + offset; screen in CSS pixels, image in image pixels. */
export interface View {
  scale: number
  x: number
  y: number
}

/** A size in either unit. */
export interface Size {
  width: number
  height: number
}

export interface Point {
  x: number
  y: number
}

/** Smallest and largest scale, CSS pixels per image pixel. */
export const scaleLimits = { least: 0.01, most: 256 } as const

/** Margin around a fitted image, pixels. */
const margin = 24
/** Minimum part of the image that stays on the screen, CSS pixels. */
const reach = 48

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value))

export const toImage = (view: View, point: Point): Point => ({
  x: (point.x - view.x) / view.scale,
  y: (point.y - view.y) / view.scale,
})

export const toScreen = (view: View, point: Point): Point => ({
  x: point.x * view.scale + view.x,
  y: point.y * view.scale + view.y,
})

/** The whole image, centred, as large as the screen allows. */
export function fitView(image: Size, screen: Size): View {
  const scale = clamp(
    Math.min(
      Math.max(screen.width - 2 * margin, 1) / image.width,
      Math.max(screen.height - 2 * margin, 1) / image.height,
    ),
    scaleLimits.least,
    scaleLimits.most,
  )
  return centred(image, screen, scale)
}

/** One image pixel per device pixel, about the middle of the screen. */
export function actualView(view: View, image: Size, screen: Size, ratio: number): View {
  const middle = { x: screen.width / 2, y: screen.height / 2 }
  return withinReach(zoomAt(view, middle, 1 / ratio / view.scale), image, screen)
}

/** Zooms by a factor so that what lies under `at` (screen) stays there. */
export function zoomAt(view: View, at: Point, factor: number): View {
  const scale = clamp(view.scale * factor, scaleLimits.least, scaleLimits.most)
  const real = scale / view.scale
  return { scale, x: at.x - (at.x - view.x) * real, y: at.y - (at.y - view.y) * real }
}

/** The factor of a wheel event: about 10 % a notch, finer on touchpads. `mode` is the event's deltaMode. */
export function wheelFactor(delta: number, mode: number): number {
  const pixels = mode === 1 ? delta * 16 : mode === 2 ? delta * 400 : delta
  return Math.exp(-clamp(pixels, -240, 240) * 0.0015)
}

/** Moves the view, but keeps the image on the screen. */
export function panBy(view: View, by: Point, image: Size, screen: Size): View {
  return withinReach({ scale: view.scale, x: view.x + by.x, y: view.y + by.y }, image, screen)
}

/** Keeps the centre when the screen size changes. */
export function resizeView(view: View, before: Size, after: Size): View {
  return {
    scale: view.scale,
    x: view.x + (after.width - before.width) / 2,
    y: view.y + (after.height - before.height) / 2,
  }
}

function withinReach(view: View, image: Size, screen: Size): View {
  const keep = (offset: number, size: number, room: number): number => {
    const least = Math.min(reach, size, room)
    return clamp(offset, least - size, room - least)
  }
  return {
    scale: view.scale,
    x: keep(view.x, image.width * view.scale, screen.width),
    y: keep(view.y, image.height * view.scale, screen.height),
  }
}

function centred(image: Size, screen: Size, scale: number): View {
  return {
    scale,
    x: (screen.width - image.width * scale) / 2,
    y: (screen.height - image.height * scale) / 2,
  }
}
