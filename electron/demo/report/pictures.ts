/** The report's images: scenes under their label map, and crops with the targets of each supervision. */
import type { TruthLine } from '../../../core/dataset/digit-scenes/write.ts'
import type { RegionPlan } from '../../../core/labelmap/regions/index.ts'
import type { Crop } from '../../../core/pooling/crop.ts'
import { dataUri, html } from './html.ts'
import type { Html } from './html.ts'
import { classMark, hexOf, regionList, regionsSvg } from './regions.ts'

/** A scene with the regions of its label map. */
export interface ScenePicture {
  png: Uint8Array
  side: number
  truth: TruthLine
  plan: RegionPlan
}

/** A crop of a scene and its targets `[classes]` by supervision. */
export interface CropPicture {
  png: Uint8Array
  side: number
  truth: TruthLine
  crop: Crop
  /** Classes at least half visible. */
  visible: readonly number[]
  targets: readonly { name: string; target: Float32Array }[]
}

/** A card: the scene, the scene with its regions, and what they are. */
export function sceneCard(picture: ScenePicture, classes: readonly string[]): Html {
  const uri = dataUri(picture.png)
  const { truth } = picture
  const name = (label: number): string => classes[label] ?? String(label)
  const present = truth.objects.map(object => object.class)
  return html`<div class="card">
    <div class="pair">
      <img src="${uri}" alt="scene with ${present.map(name).join(', ')}" />
      <div class="view">
        <img src="${uri}" alt="the same with the regions of its label map" />${regionsSvg(picture.plan, name)}
      </div>
    </div>
    <p>
      given ${classMark(truth.label, name(truth.label))}, present
      ${present.map(label => html` ${classMark(label, name(label))}`)}
    </p>
    ${regionList(picture.plan, name)}
  </div>`
}

function bars(target: Float32Array, visible: readonly number[], classes: readonly string[]): Html {
  const top = [...target.keys()].sort((a, b) => target[b]! - target[a]!).slice(0, 4)
  return html`${top
    .filter(label => target[label]! >= 0.005)
    .map(label => {
      const share = 100 * target[label]!
      return html`<div class="bar${visible.includes(label) ? ' seen' : ''}" style="color:${hexOf(label)}">
        <span>${classes[label] ?? label}${visible.includes(label) ? ' ✓' : ''}</span>
        <div><i style="width:${share.toFixed(1)}%"></i></div>
        <span>${share.toFixed(0)} %</span>
      </div>`
    })}`
}

/** A card: where the crop lies, what it shows, and the targets as bars. */
export function cropCard(picture: CropPicture, classes: readonly string[]): Html {
  const { crop, side, truth } = picture
  const uri = dataUri(picture.png)
  const visible = picture.visible.map(label => classes[label] ?? String(label))
  return html`<div class="card">
    <div class="pair">
      <div class="view">
        <img src="${uri}" alt="scene with its crop" /><svg viewBox="0 0 ${side} ${side}" aria-hidden="true">
          ${truth.objects.map(({ box: [x1, y1, x2, y2] }) => html`<rect x="${x1}" y="${y1}" width="${x2 - x1}" height="${y2 - y1}" />`)}
          <rect class="crop" x="${crop.left}" y="${crop.top}" width="${crop.width}" height="${crop.height}" />
        </svg>
      </div>
      <svg
        viewBox="${crop.left} ${crop.top} ${crop.width} ${crop.height}"
        preserveAspectRatio="none"
        style="aspect-ratio:1"
        role="img"
        aria-label="the crop"
      >
        <image href="${uri}" width="${side}" height="${side}" style="image-rendering:pixelated" />
      </svg>
    </div>
    <p>given ${classes[truth.label] ?? truth.label}; half visible: ${visible.join(', ')}</p>
    ${picture.targets.map(({ name, target }) => html`<div class="bars"><b>${name}</b>${bars(target, picture.visible, classes)}</div>`)}
  </div>`
}
