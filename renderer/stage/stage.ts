/** The stage: image, label map, regions and marks under one view; hides Konva. */
import Konva from 'konva'
import { ImageNode, type ImageState } from './image-node.ts'
import { MarksNode, type MarksState } from './marks-node.ts'
import { OverlayNode, type OverlayState } from './overlay-node.ts'
import { RegionsNode, type RegionsState } from './regions-node.ts'
import { actualView, fitView, panBy, resizeView, zoomAt } from './view.ts'
import type { Point, Size, View } from './view.ts'

/** Called when the view changes. */
export type ViewListener = (view: View, screen: Size) => void

export class LabelStage {
  readonly #stage: Konva.Stage
  readonly #image = new ImageNode()
  readonly #overlay = new OverlayNode()
  // For those who cannot see the canvas, and for tests.
  readonly #regions = new RegionsNode(names => (this.#container.dataset['chips'] = names.join('; ')))
  readonly #marks = new MarksNode()
  readonly #watch: ResizeObserver
  readonly #container: HTMLDivElement
  readonly #listener: ViewListener
  #ratioQuery: MediaQueryList | null = null
  #size: Size = { width: 1, height: 1 }
  #screen: Size
  #view: View = { scale: 1, x: 0, y: 0 }
  /** Fitted views stay fitted when the window is resized. */
  #fitted = true

  constructor(container: HTMLDivElement, listener: ViewListener) {
    this.#container = container
    this.#listener = listener
    this.#screen = { width: container.clientWidth || 1, height: container.clientHeight || 1 }
    this.#stage = new Konva.Stage({ container, ...this.#screen, listening: false })
    this.#stage.add(
      this.#image.layer,
      this.#overlay.layer,
      this.#regions.layer,
      this.#marks.layer,
      this.#regions.names,
    )
    this.#watch = new ResizeObserver(() => this.#resize())
    this.#watch.observe(container)
    this.#followRatio()
  }

  get view(): View {
    return this.#view
  }

  /** Shows an image; fits it again if its size differs from the previous one. */
  showImage(state: ImageState): void {
    const other = state.size.width !== this.#size.width || state.size.height !== this.#size.height
    this.#size = state.size
    this.#image.update(state)
    if (other) this.fit()
  }

  /** `cells`: only these changed since the last call. */
  showOverlay(state: OverlayState, cells: readonly number[] | null): void {
    this.#overlay.update(state, cells)
  }

  showRegions(state: RegionsState): void {
    this.#regions.update(state)
  }

  showMarks(state: MarksState): void {
    this.#marks.update(state)
  }

  fit(): void {
    this.#fitted = true
    this.#look(fitView(this.#size, this.#screen))
  }

  actual(): void {
    this.#fitted = false
    this.#look(actualView(this.#view, this.#size, this.#screen, devicePixelRatio))
  }

  /** Zooms about a place on the screen, by default its middle. */
  zoom(factor: number, at: Point = { x: this.#screen.width / 2, y: this.#screen.height / 2 }): void {
    this.#fitted = false
    this.#look(panBy(zoomAt(this.#view, at, factor), { x: 0, y: 0 }, this.#size, this.#screen))
  }

  pan(by: Point): void {
    this.#fitted = false
    this.#look(panBy(this.#view, by, this.#size, this.#screen))
  }

  /** Draws pending changes immediately, for measuring. */
  flush(): void {
    this.#stage.draw()
  }

  destroy(): void {
    this.#watch.disconnect()
    this.#ratioQuery?.removeEventListener('change', this.#ratioChanged)
    for (const node of [this.#image, this.#overlay, this.#regions, this.#marks]) node.destroy()
    this.#stage.destroy()
  }

  #look(view: View): void {
    this.#view = view
    this.#image.look(view, devicePixelRatio)
    this.#overlay.look(view)
    this.#regions.look(view)
    this.#marks.look(view)
    this.#listener(view, this.#screen)
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#container
    if (width < 1 || height < 1) return
    const before = this.#screen
    if (width === before.width && height === before.height) return
    this.#screen = { width, height }
    this.#stage.size(this.#screen)
    if (this.#fitted) this.fit()
    else
      this.#look(
        panBy(resizeView(this.#view, before, this.#screen), { x: 0, y: 0 }, this.#size, this.#screen),
      )
  }

  /** Windows can move between screens with different pixel ratios. */
  #followRatio(): void {
    this.#ratioQuery?.removeEventListener('change', this.#ratioChanged)
    this.#ratioQuery = matchMedia(`(resolution: ${devicePixelRatio}dppx)`)
    this.#ratioQuery.addEventListener('change', this.#ratioChanged)
  }

  readonly #ratioChanged = (): void => {
    for (const layer of this.#stage.getLayers()) layer.getCanvas().setPixelRatio(devicePixelRatio)
    this.#look(this.#view)
    this.#followRatio()
  }
}
