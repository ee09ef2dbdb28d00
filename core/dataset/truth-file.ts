/** `truth.jsonl`: what is really in an image (classes, boxes), one line per image, next to the class folders. */
import { existsSync } from 'node:fs'
import { fail } from '../base/error.ts'
import { readLines } from '../base/files/read.ts'
import { parseJson } from '../base/json.ts'
import type { TruthBox } from '../project/images.ts'

/** A parsed line. `boxes` is null if no object has a box. */
export interface Truth {
  truth: number[]
  boxes: TruthBox[] | null
}

const limits = { what: 'a file of truth (JSON lines)', maxBytes: 4 * 2 ** 30, maxLine: 4 * 2 ** 20 }
/** Yields to the event loop after this many lines. */
const breath = 1000

/**
 * Reads `{"image": "3/000123.png", "objects": [{"class": 3, "box": [x1, y1, x2, y2]}, …]}` a line, by image path;
 * `class` is an index of the project's classes. The map is empty if there is no file. Rejects with `bad-data`, naming
 * the line.
 */
export async function readTruth(file: string, classes: number): Promise<Map<string, Truth>> {
  const found = new Map<string, Truth>()
  if (!existsSync(file)) return found
  for (const { number, line } of readLines(file, limits)) {
    if (number % breath === 0) await new Promise(setImmediate)
    if (line.trim() === '') continue
    const bad = (reason: string): never =>
      fail('bad-data', `${file}, line ${number}: ${reason}`, { file, line: number })
    const value = parseJson(line, `${file}, line ${number}`, { file, line: number })
    const { image, objects } = (value ?? {}) as { image?: unknown; objects?: unknown }
    if (typeof image !== 'string' || !Array.isArray(objects)) return bad('"image" or "objects" is missing')
    found.set(image, truthOf(objects, classes, bad))
  }
  return found
}

function truthOf(objects: unknown[], classes: number, bad: (reason: string) => never): Truth {
  const boxes: TruthBox[] = []
  const seen = new Set<number>()
  for (const item of objects) {
    const { class: index, box } = (item ?? {}) as { class?: unknown; box?: unknown }
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= classes)
      return bad(`class ${JSON.stringify(index)} is none of the project's ${classes} classes`)
    seen.add(index)
    if (box === undefined || box === null) continue
    if (!Array.isArray(box) || box.length !== 4 || !box.every(Number.isFinite))
      return bad('a box must be four numbers: x1, y1, x2, y2')
    const [x1, y1, x2, y2] = box as [number, number, number, number]
    if (x1 >= x2 || y1 >= y2) bad(`the box [${box.join(', ')}] is empty`)
    boxes.push({ class: index, box: [x1, y1, x2, y2] })
  }
  return { truth: [...seen].sort((a, b) => a - b), boxes: boxes.length > 0 ? boxes : null }
}
