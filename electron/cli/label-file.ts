/** Reads a file of labels: CSV lines `image,class`, or JSON lines with `image` and `class` or `classes`. */
import { z } from 'zod'
import { fail } from '../../core/base/error.ts'
import { readLines } from '../../core/base/files/read.ts'

/** An image's key and the names of its class, or of all classes for a truth; null: none. */
export interface LabelLine {
  number: number
  image: string
  classes: readonly string[] | null
}

const name = z.union([z.string(), z.int()]).transform(String)
const jsonLine = z.union([
  z.strictObject({ image: z.string(), class: name.nullable() }),
  z.strictObject({ image: z.string(), classes: z.array(name).nullable() }),
])
const csvLine = /^(?:"((?:[^"]|"")*)"|([^",]*)),(?:"((?:[^"]|"")*)"|([^",]*))$/

/** Throws `bad-data` with the line that is not one, `not-found`, `disk`. An empty class in CSV means none. */
export function* readLabelFile(file: string): Generator<LabelLine> {
  for (const { number, line } of readLines(file, {
    what: 'a file of labels',
    maxBytes: 2 ** 32,
    maxLine: 2 ** 20,
  })) {
    if (line.trim() === '') continue
    if (line.startsWith('{')) yield { number, ...fromJson(file, number, line) }
    else if (number > 1 || !/^"?image"?,/i.test(line)) yield { number, ...fromCsv(file, number, line) }
  }
}

function fromJson(file: string, number: number, line: string): Omit<LabelLine, 'number'> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    value = null
  }
  const parsed = jsonLine.safeParse(value)
  if (!parsed.success)
    return fail(
      'bad-data',
      `${file}, line ${number}: not {"image": …, "class": …} or {"image": …, "classes": […]}`,
    )
  const { image, ...rest } = parsed.data
  if ('classes' in rest) return { image, classes: rest.classes }
  return { image, classes: rest.class === null ? null : [rest.class] }
}

function fromCsv(file: string, number: number, line: string): Omit<LabelLine, 'number'> {
  const found = csvLine.exec(line)
  if (!found)
    return fail(
      'bad-data',
      `${file}, line ${number}: not "image,class"; put a field with a comma in double quotes`,
    )
  const [, quotedImage, image, quotedClass, plainClass] = found
  const text = (quoted: string | undefined, plain: string | undefined): string =>
    quoted?.replaceAll('""', '"') ?? plain ?? ''
  const own = text(quotedClass, plainClass)
  return { image: text(quotedImage, image), classes: own === '' ? null : [own] }
}
