/** Pointer, wheel and space bar over the stage, turned into panning, zooming, hovering and strokes. */
import { wheelFactor, type Point } from './view.ts'

/** Callbacks for gestures; positions are CSS pixels within the element. */
export interface GestureHandlers {
  pan(by: Point): void
  zoom(factor: number, at: Point): void
  /** The pointer moved without a button; null: it left. */
  hover(at: Point | null): void
  /** A stroke begins; return false to refuse it. */
  begin(at: Point, keys: { alt: boolean }): boolean
  /** Positions of the pointer since the last call, the newest last. */
  move(places: readonly Point[]): void
  end(): void
  /** The second button was clicked. */
  menu(at: Point): void
  /** The stroke is cancelled. */
  cancel(): void
  /** Whether dragging would pan now, for the cursor. */
  panning(ready: boolean): void
}

type Drag = { kind: 'pan' | 'stroke'; pointer: number; last: Point } | null

/** CSS pixels within the element. */
function placeIn(element: HTMLElement, event: MouseEvent): Point {
  const box = element.getBoundingClientRect()
  return { x: event.clientX - box.left, y: event.clientY - box.top }
}

/** Where the pointer was since its last event, the newest last. */
function placesOf(element: HTMLElement, event: PointerEvent): Point[] {
  const between = event.getCoalescedEvents?.() ?? []
  return (between.length > 0 ? between : [event]).map(one => placeIn(element, one))
}

/** Listens until the returned function is called. */
export function listenToGestures(element: HTMLElement, handlers: GestureHandlers): () => void {
  let drag: Drag = null
  let space = false
  const abort = new AbortController()
  const options = { signal: abort.signal }

  const placeOf = (event: MouseEvent): Point => placeIn(element, event)

  function down(event: PointerEvent): void {
    if (drag) return
    const at = placeOf(event)
    const pans = event.button === 1 || (event.button === 0 && space)
    if (!pans && event.button !== 0) return
    // The focus ring is for keyboard users.
    element.dataset['pointed'] = ''
    element.focus({ preventScroll: true })
    if (!pans && !handlers.begin(at, { alt: event.altKey })) return
    event.preventDefault()
    element.setPointerCapture(event.pointerId)
    drag = { kind: pans ? 'pan' : 'stroke', pointer: event.pointerId, last: at }
    if (pans) handlers.panning(true)
  }

  function move(event: PointerEvent): void {
    const at = placeOf(event)
    if (drag?.pointer !== event.pointerId) {
      if (!drag) handlers.hover(at)
      return
    }
    if (drag.kind === 'pan') {
      handlers.pan({ x: at.x - drag.last.x, y: at.y - drag.last.y })
    } else {
      handlers.move(placesOf(element, event))
      handlers.hover(at)
    }
    drag.last = at
  }

  function up(event: PointerEvent): void {
    if (drag?.pointer !== event.pointerId) return
    const { kind } = drag
    drag = null
    if (kind === 'stroke') handlers.end()
    else handlers.panning(space)
  }

  function menu(event: MouseEvent): void {
    event.preventDefault()
    if (!drag) handlers.menu(placeOf(event))
  }

  function giveUp(): void {
    if (drag?.kind === 'stroke') handlers.cancel()
    drag = null
    handlers.panning(space)
  }

  function wheel(event: WheelEvent): void {
    event.preventDefault()
    handlers.zoom(wheelFactor(event.deltaY, event.deltaMode), placeOf(event))
  }

  function key(event: KeyboardEvent): void {
    delete element.dataset['pointed']
    if (event.key === 'Escape' && event.type === 'keydown' && drag) giveUp()
    if (event.code !== 'Space') return
    const elsewhere =
      event.target instanceof Element && event.target.closest('input,textarea,button,a,[role],select')
    if (event.type === 'keydown' && elsewhere && elsewhere !== element) return
    const held = event.type === 'keydown'
    if (held) event.preventDefault()
    if (space === held) return
    space = held
    handlers.panning(held)
  }

  element.addEventListener('pointerdown', down, options)
  element.addEventListener('pointermove', move, options)
  element.addEventListener('pointerup', up, options)
  element.addEventListener('pointercancel', giveUp, options)
  element.addEventListener('pointerleave', () => drag ?? handlers.hover(null), options)
  element.addEventListener('wheel', wheel, { ...options, passive: false })
  element.addEventListener('contextmenu', menu, options)
  // The middle button would start the browser's own scrolling.
  element.addEventListener('mousedown', event => event.button === 1 && event.preventDefault(), options)
  window.addEventListener('keydown', key, options)
  window.addEventListener('keyup', key, options)
  window.addEventListener('blur', () => (space = false), options)
  return () => abort.abort()
}
