/** The demo's report: one self-contained HTML file without scripts or network access. */
import type { AnnotatorResult } from '../annotator.ts'
import { accuracyText, cellText, columns, percent } from '../table.ts'
import type { SummaryRow } from '../table.ts'
import type { PartTime } from '../state.ts'
import type { TargetQuality } from '../targets.ts'
import { lineChart } from './chart.ts'
import type { Series } from './chart.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { cropCard, sceneCard } from './pictures.ts'
import type { CropPicture, ScenePicture } from './pictures.ts'
import { style } from './style.ts'

/** Everything the report shows. */
export interface ReportData {
  classes: readonly string[]
  scenes: { train: number; val: number; test: number }
  rows: readonly SummaryRow[]
  /** The duration of each part; `reused` if an earlier start made it. */
  parts: readonly PartTime[]
  annotator: Omit<AnnotatorResult, 'model'>
  quality: TargetQuality
  /** Validation ReaL in percent and training loss by epoch, one line per supervision (its first seed). */
  real: readonly Series[]
  loss: readonly Series[]
  gallery: readonly ScenePicture[]
  crops: readonly CropPicture[]
  /** When, and on what machine. */
  made: string
}

function results(rows: readonly SummaryRow[]): Html {
  const best = (key: (typeof columns)[number][0]): number => Math.max(...rows.map(row => row.cells[key].mean))
  const seeds = Math.max(...rows.map(row => row.seeds))
  return html`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th>supervision</th>
            ${columns.map(([, title]) => html`<th>${title}</th>`)}
            <th>training, s</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            row =>
              html`<tr>
                <td>${row.name}</td>
                ${columns.map(([key]) => html`<td${{ html: row.cells[key].mean === best(key) ? ' class="best"' : '' }}>${cellText(row.cells[key])}</td>`)}
                <td>${row.seconds.toFixed(1)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="soft">
      Percent on the test
      scenes${seeds > 1 ? `, mean ± standard deviation of ${seeds} seeds` : ', one seed each'}. <b>top-1</b>:
      the answer is the given label, which is another digit than the largest in a quarter of the scenes, at
      random: no model can know it. <b>largest</b>: it is the largest digit. <b>ReaL</b>: it is any digit of
      the scene. <b>mAP</b>: how well the scores rank the digits that are there. <b>crop ReaL</b>: the answer
      on a random crop is a digit at least half visible in it.
    </p>`
}

function targets(quality: TargetQuality): Html {
  const { statistics } = quality
  return html`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th>target of a crop</th>
            <th>its first class is visible</th>
            <th>mAP</th>
          </tr>
        </thead>
        <tbody>
          ${quality.rows.map(
            row =>
              html`<tr>
                <td>${row.name}</td>
                <td>${percent(row.real)}</td>
                <td>${percent(row.mAP)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="soft">
      Percent over ${quality.crops} random crops of the training scenes with a digit at least half visible;
      nothing was trained for this table. Of all crops ${percent(statistics.match)} % match the labelled
      digit’s box (intersection over union of ½ and more), ${percent(statistics.centreMissing)} % miss its
      centre, and ${percent(statistics.noOverlap)} % show nothing of it at all: the given label is taught all
      the same.
    </p>`
}

function durations(parts: ReportData['parts']): Html {
  const total = parts.reduce((sum, part) => sum + part.seconds, 0)
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>part</th>
          <th>seconds</th>
        </tr>
      </thead>
      <tbody>
        ${parts.map(
          part =>
            html`<tr>
              <td>${part.name}${part.reused ? html` <small>(made earlier)</small>` : ''}</td>
              <td>${part.seconds.toFixed(1)}</td>
            </tr>`,
        )}
        <tr>
          <td><b>together</b></td>
          <td><b>${total.toFixed(1)}</b></td>
        </tr>
      </tbody>
    </table>
  </div>`
}

/** The page. */
export function reportPage(data: ReportData): string {
  const accuracy = accuracyText(data.annotator.accuracy)
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Digit scenes: what relabelling does</title>
        <style>
          ${{ html: style }}
        </style>
      </head>
      <body>
        <main>
          <header>
            <h1>Digit scenes: what relabelling does</h1>
            <p>
              Every scene shows one to four handwritten digits, but carries a single label, as ImageNet’s
              pictures do. An annotator that has only ever seen single digits writes a label map of each
              scene; students then learn from random crops, with the one given label (<b>onehot</b>) or with
              what the label map says about the crop (<b>relabel</b>).
            </p>
          </header>
          <h2>Students</h2>
          ${results(data.rows)}
          <div class="charts">
            ${lineChart(data.real, { title: 'ReaL on the validation scenes', x: 'epoch', y: 'percent' })}
            ${lineChart(data.loss, { title: 'Training loss (supervisions have different floors)', x: 'epoch', y: 'loss' })}
          </div>
          <h2>Scenes and their label maps</h2>
          <p>
            Outlines: where the annotator sees a digit, and how sure it is there; the given label has a white
            core in its line. It was taught with none of these digits.
          </p>
          <div class="grid scenes">${data.gallery.map(picture => sceneCard(picture, data.classes))}</div>
          <h2>Crops and their targets</h2>
          <p>Yellow: the crop a student gets. ✓ marks digits at least half visible in it.</p>
          <div class="grid crops">${data.crops.map(picture => cropCard(picture, data.classes))}</div>
          <h2>How good the targets are</h2>
          ${targets(data.quality)}
          <h2>How long it took</h2>
          ${durations(data.parts)}
          <p class="soft">
            ${data.scenes.train} training, ${data.scenes.val} validation and ${data.scenes.test} test scenes.
            The annotator names single digits it was not trained on with ${accuracy}. ${data.made}
          </p>
          <h2>What this does not show</h2>
          <p>
            The scenes are artificial, the nets tiny, and the annotator was trained on 50,000 clean single
            digits that the students never see labelled: part of what relabel gains is the annotator’s
            knowledge. Compare <b>global-multi</b>, which has the same knowledge but not the place: on whole
            scenes it is close to relabel and may pass it; what localization adds shows in crop ReaL.
          </p>
        </main>
      </body>
    </html> `
  return page.html
}
