/** Reads external files: only regular files, within limits, as valid UTF-8 text. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { fail } from '../error.ts'
import { diskError } from './disk-error.ts'

/** Bytes of one read. */
const piece = 1 << 16
/** Systems read at most 2 GiB at once. */
const largestRead = 1 << 30

/** Limits of a reader. */
export interface ReadLimits {
  /** What the file is, with its article: `a recipe`. */
  what: string
  maxBytes: number
  /** For files that the program writes and a kill may have cut in the middle of a letter. */
  mayBeCut?: boolean
}

export interface LineLimits extends ReadLimits {
  maxLine: number
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder'
  if (found.isFIFO()) return 'a pipe'
  if (found.isSocket()) return 'a socket'
  return 'a device'
}

function notAFile(file: string, what: string, found: Stats): never {
  return fail('bad-data', `${file} is ${kindOf(found)}, not a file; name ${what}`, { file })
}

/**
 * Opens a plain file for reading, without waiting for the other end of a pipe; close it. Throws `not-found`, `disk`, and
 * `bad-data` for what is not a file or too large.
 */
export function openToRead(file: string, limits: ReadLimits): number {
  let fd: number | undefined
  try {
    fd = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const found = fstatSync(fd)
    if (!found.isFile()) notAFile(file, limits.what, found)
    if (found.size > limits.maxBytes) tooLarge(file, limits)
    return fd
  } catch (error) {
    if (fd !== undefined) closeSync(fd)
    return diskError(error, file, 'read')
  }
}

function tooLarge(file: string, { what, maxBytes }: ReadLimits): never {
  return fail('bad-data', `${file} is larger than ${what} may be (${maxBytes} bytes)`, { file, maxBytes })
}

/** Pieces of an open file; files that grow while they are read are held to the limit too. */
function* pieces(fd: number, file: string, limits: ReadLimits): Generator<Buffer> {
  for (let total = 0; ;) {
    const buffer = Buffer.allocUnsafe(piece)
    let got: number
    try {
      got = readSync(fd, buffer)
    } catch (error) {
      return diskError(error, file, 'read')
    }
    if (got === 0) return
    total += got
    if (total > limits.maxBytes) tooLarge(file, limits)
    yield buffer.subarray(0, got)
  }
}

/** UTF-8 without its mark; `where` is the file or one of its lines. */
function textOf(bytes: Buffer, where: string, file: string, { mayBeCut = false }: ReadLimits): string {
  try {
    return new TextDecoder('utf-8', { fatal: !mayBeCut }).decode(bytes)
  } catch (error) {
    const other = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
    const found = other ? 'UTF-16, not UTF-8' : 'not UTF-8 text'
    return fail('bad-data', `${where} is ${found}; save it as UTF-8`, { file }, error)
  }
}

/** The text of a file. Throws `not-found`, `disk`, and `bad-data` for what is not a file, too large or not UTF-8. */
export function readText(file: string, limits: ReadLimits): string {
  const fd = openToRead(file, limits)
  try {
    return textOf(Buffer.concat([...pieces(fd, file, limits)]), file, file, limits)
  } finally {
    closeSync(fd)
  }
}

/** The bytes of a file, or its `first` ones; throws as {@link readText} does, but for what is not text. */
export function readBytes(file: string, limits: ReadLimits, first = Infinity): Buffer {
  const fd = openToRead(file, limits)
  try {
    const size = Math.min(first, fstatSync(fd).size)
    const bytes = Buffer.allocUnsafe(size)
    let done = 0
    while (done < size) {
      const got = readSync(fd, bytes, done, Math.min(size - done, largestRead), done)
      if (got === 0) break
      done += got
    }
    return bytes.subarray(0, done)
  } catch (error) {
    return diskError(error, file, 'read')
  } finally {
    closeSync(fd)
  }
}

/** The lines of a file with their numbers, from 1; throws as {@link readText} does, and for a line that is too long. */
export function* readLines(file: string, limits: LineLimits): Generator<{ number: number; line: string }> {
  const fd = openToRead(file, limits)
  let parts: Buffer[] = []
  let length = 0
  let number = 0
  const add = (part: Buffer): void => {
    length += part.length
    if (length > limits.maxLine)
      fail('bad-data', `${file}, line ${number + 1}: longer than ${limits.maxLine} bytes`, {
        file,
        line: number + 1,
      })
    parts.push(part)
  }
  const take = (): { number: number; line: string } => {
    number++
    const line = textOf(Buffer.concat(parts), `${file}, line ${number}`, file, limits).replace(/\r$/, '')
    parts = []
    length = 0
    return { number, line }
  }
  try {
    for (const bytes of pieces(fd, file, limits)) {
      let from = 0
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
        add(bytes.subarray(from, end))
        yield take()
        from = end + 1
      }
      add(bytes.subarray(from))
    }
    if (length > 0) yield take()
  } finally {
    closeSync(fd)
  }
}
