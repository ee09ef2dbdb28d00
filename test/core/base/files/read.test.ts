/**
 * Every reader of text from outside, against every kind of thing that is not what it takes: one clear error, and no
 * wait.
 */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSkipped, skippedName } from '../../../../core/annotator/skipped.ts'
import { RelabelError } from '../../../../core/base/error.ts'
import { readLines, readText } from '../../../../core/base/files/read.ts'
import { parseJson } from '../../../../core/base/json.ts'
import { readClasses } from '../../../../core/dataset/class-file.ts'
import { readTruth } from '../../../../core/dataset/truth-file.ts'
import { readManifest } from '../../../../core/labelmap/files/manifest-file.ts'
import { readRecipeFile } from '../../../../core/training/recipe/recipe.ts'
import { readLog } from '../../../../core/training/run/run-log.ts'
import { readPredictions } from '../../../../electron/tasks/evaluate/predictions.ts'

let dir: string
let socket: Server
const at = (...names: string[]): string => join(dir, ...names)
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-read-'))
  socket = createServer().listen(at('socket'))
  await new Promise(resolve => socket.once('listening', resolve))
})
afterAll(() => {
  socket.close()
  rmSync(dir, { recursive: true, force: true })
})

/** A file of which only the length exists. */
function sparse(file: string, bytes: number): void {
  const fd = openSync(file, 'w')
  ftruncateSync(fd, bytes)
  closeSync(fd)
}

/** Readers by name: what they are given is the folder in which `name` has been made, and their answer does not matter. */
const readers: Record<string, { name: string; read(folder: string, file: string): unknown }> = {
  'a class file': { name: 'classes.json', read: (_, file) => readClasses(file) },
  'a truth file': { name: 'truth.jsonl', read: (_, file) => readTruth(file, 3) },
  'a recipe': { name: 'recipe.json', read: (_, file) => readRecipeFile(file) },
  'a manifest': { name: 'manifest.json', read: folder => readManifest(folder) },
  'skipped images': { name: skippedName, read: folder => readSkipped(folder) },
  'a metrics log': { name: 'metrics.jsonl', read: (_, file) => readLog(file) },
  predictions: { name: 'predictions-val.json', read: folder => readPredictions(folder, 'r1', 'val') },
}

const deep = 60_000
/** What stands where the file should be, and what the error says; null: the reader may also take it. */
const things: Record<string, { make(file: string): void; says: RegExp | null }> = {
  'a folder': { make: file => mkdirSync(file), says: /is a folder, not a file|is not a file, which belongs/ },
  'a pipe': {
    make: file => void spawnSync('mkfifo', [file]),
    says: /is a pipe, not a file|is not a file, which belongs/,
  },
  'a socket': {
    make: file => void spawnSync('ln', ['-s', at('socket'), file]),
    says: /a socket|is a link/,
  },
  'a device': {
    make: file => void spawnSync('ln', ['-s', '/dev/zero', file]),
    says: /is a device, not a file|is a link/,
  },
  'a circle of links': { make: file => void spawnSync('ln', ['-s', file, file]), says: null },
  'five gigabytes': { make: file => sparse(file, 5 * 2 ** 30), says: /is larger than|more than the/ },
  'one line of 560 MB': {
    make: file => sparse(file, 560e6),
    says: /is larger than|longer than|more than the/,
  },
  'deep lists': { make: file => writeFileSync(file, '['.repeat(deep) + ']'.repeat(deep) + '\n'), says: null },
  'deep objects': {
    make: file => writeFileSync(file, '{"a":'.repeat(deep) + '1' + '}'.repeat(deep) + '\n'),
    says: null,
  },
  'a prototype': { make: file => writeFileSync(file, '{"__proto__": {"polluted": 1}}\n'), says: null },
  'UTF-16': { make: file => writeFileSync(file, Buffer.from('﻿["a"]\n', 'utf16le')), says: null },
  'bytes that are not text': { make: file => writeFileSync(file, Buffer.of(0xff, 0xc0, 0x0a)), says: null },
  nothing: { make: file => writeFileSync(file, ''), says: null },
}

describe.skipIf(process.platform === 'win32')('a reader', () => {
  const cases = Object.keys(readers).flatMap(reader =>
    Object.keys(things).map(thing => [reader, thing] as const),
  )
  it.each(cases)('of %s, given %s, gives one clear error', async (reader, thing) => {
    const { name, read } = readers[reader]!
    const { make, says } = things[thing]!
    const folder = mkdtempSync(at('case-'))
    const file = join(folder, name)
    make(file)
    let error: unknown
    try {
      await read(folder, file)
    } catch (thrown) {
      error = thrown
    }
    if (says) expect(error).toBeInstanceOf(RelabelError)
    if (error !== undefined) {
      expect(error).toBeInstanceOf(RelabelError)
      // Where links lead nowhere, a reader may say that there is no such file.
      if ((error as RelabelError).code !== 'not-found') expect((error as Error).message).toContain(name)
      if (says) expect((error as Error).message).toMatch(says)
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    rmSync(folder, { recursive: true, force: true })
  })

  it.skipIf(process.getuid?.() === 0)('without the right to read says so', () => {
    writeFileSync(at('mine'), '{}')
    chmodSync(at('mine'), 0)
    expect(() => readRecipeFile(at('mine'))).toThrow(/mine: you may not do that/)
  })
})

describe('readLines', () => {
  const limits = { what: 'lines', maxBytes: 1e6, maxLine: 70_000 }
  const lines = (text: string | Buffer): string[] => {
    writeFileSync(at('lines'), text)
    return [...readLines(at('lines'), limits)].map(({ line }) => line)
  }
  it('gives lines of any ending, across pieces, letters whole', () => {
    const long = 'ä'.repeat(33_000)
    expect(lines(`﻿a\r\n\n${long}\n${long}\nlast`)).toEqual(['a', '', long, long, 'last'])
    expect(lines('a\n')).toEqual(['a'])
    expect(lines('')).toEqual([])
  })
  it('names the line that is too long or no text', () => {
    expect(() => lines(`a\n${'b'.repeat(70_001)}`)).toThrow(/lines, line 2: longer than 70000 bytes/)
    expect(() => lines(Buffer.of(97, 10, 0xff, 10))).toThrow(/line 2 is not UTF-8/)
  })
})

describe('parseJson', () => {
  it('takes what is within its limits', () => {
    const text = `${'['.repeat(64)}"[[\\"[[ __proto__ \\u005f"${']'.repeat(64)}`
    expect(parseJson(text, 'it')).toEqual(JSON.parse(text))
  })
  it('refuses depth, keys that change a prototype, and what is not JSON, by name', () => {
    expect(() => parseJson('['.repeat(65) + ']'.repeat(65), 'it')).toThrow(/it is nested more than 64/)
    expect(() => parseJson('{"a": [{"\\u005f_proto__": 1}]}', 'it')).toThrow(/it has a key "__proto__"/)
    expect(() => parseJson('{', 'it')).toThrow(/it is not valid JSON/)
  })
  it('is what text is read for', () => {
    writeFileSync(at('marked.json'), '﻿{"a": 1}')
    expect(parseJson(readText(at('marked.json'), { what: 'it', maxBytes: 100 }), 'it')).toEqual({ a: 1 })
  })
})
