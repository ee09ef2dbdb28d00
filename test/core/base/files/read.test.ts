/** Every reader of files from outside, against every kind of thing that is not what it takes: one clear error, and no wait. */
import { spawn, spawnSync } from 'node:child_process'
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
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readSkipped, skippedName } from '../../../../core/annotator/skipped.ts'
import { modelHash } from '../../../../core/annotator/model-hash.ts'
import { RelabelError } from '../../../../core/base/error.ts'
import { diskError } from '../../../../core/base/files/disk-error.ts'
import { readLines, readText } from '../../../../core/base/files/read.ts'
import { parseJson } from '../../../../core/base/json.ts'
import { readClasses } from '../../../../core/dataset/class-file.ts'
import { readIdx } from '../../../../core/dataset/digit-scenes/idx.ts'
import { readTruth } from '../../../../core/dataset/truth-file.ts'
import { readOnnx } from '../../../../core/graph/files/read.ts'
import { externalize } from '../../../../core/graph/files/write.ts'
import { floatValue, modelOf, node } from '../../../../core/graph/node.ts'
import { encodeModel } from '../../../../core/graph/onnx/encode.ts'
import { decodeSafetensors, encodeSafetensors } from '../../../../core/graph/safetensors.ts'
import { floatTensor } from '../../../../core/graph/tensor.ts'
import { probeImage } from '../../../../core/image/decode.ts'
import { openLabelMaps } from '../../../../core/labelmap/files/index.ts'
import { readIndex } from '../../../../core/labelmap/files/index-file.ts'
import { readManifest, writeManifest } from '../../../../core/labelmap/files/manifest-file.ts'
import { readTorchLabelMap } from '../../../../core/labelmap/torch/read-label-map.ts'
import { compareChecksums } from '../../../../core/project/recovery/checksums.ts'
import { readLog as readStepLog } from '../../../../core/project/recovery/log.ts'
import { readRecipeFile } from '../../../../core/training/recipe/recipe.ts'
import { readCheckpoint } from '../../../../core/training/run/checkpoint.ts'
import { readLog } from '../../../../core/training/run/run-log.ts'
import { openHome } from '../../../../electron/backend/home.ts'
import { updateFeed } from '../../../../electron/shell/update/feed.ts'
import { readWindowState } from '../../../../electron/shell/window-state.ts'
import { readPredictions } from '../../../../electron/tasks/evaluate/predictions.ts'
import { requireTarget } from '../../../../electron/tasks/export/target.ts'
import { manifestOf } from '../../labelmap/files/sample.ts'

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

/** Writes a model whose weights lie in `name` beside it. */
function writeModelBeside(folder: string, name: string): string {
  const model = modelOf({
    name: 'g',
    nodes: [node('MatMul', ['x', 'w'], ['y'])],
    inputs: [floatValue('x', [1, 20])],
    outputs: [floatValue('y', [1, 30])],
    values: [],
    initializers: new Map([['w', floatTensor(new Float32Array(600), [20, 30])]]),
  })
  const file = join(folder, 'model.onnx')
  writeFileSync(file, encodeModel(externalize(model, name).model))
  return file
}

/** What is logged is what a person would be told; here it would only be noise. */
function quietly<T>(action: () => T): T {
  const quiet = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  try {
    return action()
  } finally {
    quiet.mockRestore()
  }
}

interface Reader {
  name: string
  read(folder: string, file: string): unknown
  /** Whether it goes on without a file that it cannot use; else what is not a plain file, or too large, is an error. */
  goesOn?: true
  /** Whether hundreds of megabytes are a usual size, which are then read. */
  binary?: true
  /** Whether any size is. */
  anySize?: true
}

/**
 * Readers by name: what they are given is the folder in which `name` has been made, and their answer does not matter. A new
 * reader is one line here.
 */
const readers: Record<string, Reader> = {
  'a class file': { name: 'classes.json', read: (_, file) => readClasses(file) },
  'a truth file': { name: 'truth.jsonl', read: (_, file) => readTruth(file, 3) },
  'a recipe': { name: 'recipe.json', read: (_, file) => readRecipeFile(file) },
  'a manifest': { name: 'manifest.json', read: folder => readManifest(folder) },
  'skipped images': { name: skippedName, read: folder => readSkipped(folder) },
  'a metrics log': { name: 'metrics.jsonl', read: (_, file) => readLog(file) },
  predictions: { name: 'predictions-val.json', read: folder => readPredictions(folder, 'r1', 'val') },
  'a model': { name: 'model.onnx', read: (_, file) => readOnnx(file), binary: true },
  'a model to hash': { name: 'model.onnx', read: (_, file) => modelHash(file), binary: true },
  'weights beside a model': {
    name: 'weights.bin',
    read: folder => readOnnx(writeModelBeside(folder, 'weights.bin')),
    binary: true,
    anySize: true,
  },
  'a checkpoint': { name: 'step-000000001.safetensors', read: (_, file) => readCheckpoint(file) },
  'an image': { name: 'image.png', read: (_, file) => probeImage(file) },
  digits: { name: 'images.idx', read: (_, file) => readIdx(file), binary: true },
  'a log of steps': {
    name: 'corrections.jsonl',
    read: (_, file) => [...readStepLog(file, 0)],
    goesOn: true,
    binary: true,
    anySize: true,
  },
  'an index of label maps': {
    name: 'index.rlx',
    read: folder => readIndex(folder),
    goesOn: true,
    binary: true,
  },
  'a shard': {
    name: 'shard-00000.rlm',
    binary: true,
    async read(folder) {
      await writeManifest(folder, manifestOf('fp16'))
      await (await openLabelMaps(folder)).close()
    },
  },
  'checksums of a database': {
    name: 'project.sum',
    read: folder => compareChecksums(join(folder, 'project.db')),
    goesOn: true,
  },
  'an earlier export': {
    name: 'model.json',
    read: folder => requireTarget({ dir: at('elsewhere') }, folder, true),
    goesOn: true,
  },
  settings: {
    name: 'settings.json',
    read: folder => quietly(() => openHome(folder).settings()),
    goesOn: true,
  },
  'recent projects': {
    name: 'recent.json',
    read: folder => quietly(() => openHome(folder).recent()),
    goesOn: true,
  },
  'the state of a window': { name: 'window.json', read: (_, file) => readWindowState(file), goesOn: true },
  'an update feed': { name: 'update.json', read: folder => updateFeed(folder) },
}

const deep = 60_000
/** Seconds after which a reader that waits at a pipe is let go: nothing here takes nearly as long. */
const rescueAfter = 60
/** What stands where the file should be, and what the error says; null: the reader may also take it. */
const things: Record<string, { make(file: string): void; says: RegExp | null }> = {
  'a folder': { make: file => mkdirSync(file), says: /folder|not an? (regular |ONNX )?file/ },
  'a pipe': {
    make: file => void spawnSync('mkfifo', [file]),
    says: /pipe|not an? (regular |ONNX )?file/,
  },
  'a socket': {
    make: file => void spawnSync('ln', ['-s', at('socket'), file]),
    says: /socket|is a link|not an? (regular |ONNX )?file|leaves the model/,
  },
  'a device': {
    make: file => void spawnSync('ln', ['-s', '/dev/zero', file]),
    says: /device|is a link|not an? (regular |ONNX )?file|leaves the model/,
  },
  'a circle of links': { make: file => void spawnSync('ln', ['-s', file, file]), says: null },
  'five gigabytes': {
    make: file => sparse(file, 5 * 2 ** 30),
    says: /larger than|more than|not an? |too (few|large)|no whole|sort|cut off/,
  },
  'one line of 560 MB': {
    make: file => sparse(file, 560e6),
    says: null,
  },
  'deep lists': { make: file => writeFileSync(file, '['.repeat(deep) + ']'.repeat(deep) + '\n'), says: null },
  'deep objects': {
    make: file => writeFileSync(file, '{"a":'.repeat(deep) + '1' + '}'.repeat(deep) + '\n'),
    says: null,
  },
  'a prototype': { make: file => writeFileSync(file, '{"__proto__": {"polluted": 1}}\n'), says: null },
  'UTF-16': { make: file => writeFileSync(file, Buffer.from('﻿["a"]\n', 'utf16le')), says: null },
  'bytes that are not text': { make: file => writeFileSync(file, Buffer.of(0xff, 0xc0, 0x0a)), says: null },
  'another kind of JSON': { make: file => writeFileSync(file, '7\n'), says: null },
  'JSON of odd types': {
    make: file =>
      writeFileSync(
        file,
        `${JSON.stringify({
          constructor: { prototype: null },
          toString: 1,
          length: -1,
          image: { toString: 1 },
          objects: [null, [], { class: {}, box: [{}, {}, {}, {}] }],
          key: [[]],
          type: {},
          format: [1],
          classes: { length: 1e9 },
        })}\n`,
      ),
    says: null,
  },
  nothing: { make: file => writeFileSync(file, ''), says: null },
}

describe.skipIf(process.platform === 'win32')('a reader', () => {
  const cases = Object.keys(readers).flatMap(reader =>
    Object.keys(things)
      .filter(thing => !(readers[reader]!.binary && thing === 'one line of 560 MB'))
      .filter(thing => !(readers[reader]!.anySize && thing === 'five gigabytes'))
      .map(thing => [reader, thing] as const),
  )
  it.each(cases)('of %s, given %s, gives one clear error', async (reader, thing) => {
    const { name, read, goesOn } = readers[reader]!
    const { make, says } = things[thing]!
    const folder = mkdtempSync(at('case-'))
    const file = join(folder, name)
    make(file)
    const before = process.resourceUsage().maxRSS
    const began = performance.now()
    // Who waits at a pipe is let go after a while, and has then waited.
    const rescue =
      thing === 'a pipe'
        ? spawn('sh', ['-c', `sleep ${rescueAfter}; exec 3<>"$1"`, 'sh', file], { stdio: 'ignore' })
        : null
    let error: unknown
    try {
      await read(folder, file)
    } catch (thrown) {
      error = thrown
    }
    rescue?.kill('SIGKILL')
    expect(performance.now() - began).toBeLessThan(rescueAfter * 1000)
    if (says && !goesOn) expect(error).toBeInstanceOf(RelabelError)
    if (error !== undefined) {
      expect(error).toBeInstanceOf(RelabelError)
      // Where links lead nowhere, a reader may say that there is no such file.
      if ((error as RelabelError).code !== 'not-found') expect((error as Error).message).toContain(name)
      if (says && !goesOn) expect((error as Error).message).toMatch(says)
      expect((error as Error).message).not.toMatch(/\bE[A-Z]{3,}\b|call stack/)
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    // Kilobytes: a file may be read whole, and no more than that.
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(1_500_000)
    rmSync(folder, { recursive: true, force: true })
  })

  it.skipIf(process.getuid?.() === 0)('without the right to read says so', () => {
    writeFileSync(at('mine'), '{}')
    chmodSync(at('mine'), 0)
    expect(() => readRecipeFile(at('mine'))).toThrow(/mine: you may not do that/)
  })
})

describe('what a system or a parser throws', () => {
  const codes =
    'EISDIR ENOTDIR ELOOP ENAMETOOLONG EMFILE ENFILE EIO ENOMEM EACCES ERR_INVALID_ARG_VALUE'.split(' ')
  it.each([...codes, 'ERR_STRING_TOO_LONG', 'ERR_FS_FILE_TOO_LARGE', 'SQLITE_IOERR_READ'])(
    '%s becomes a sentence',
    code => {
      const thrown = Object.assign(new Error(`${code}: of the system`), { code })
      expect(() => diskError(thrown, '/data/it', 'read')).toThrow(RelabelError)
      expect(() => diskError(thrown, '/data/it', 'read')).not.toThrow(/of the system/)
      expect(() => diskError(thrown, '/data/it', 'read')).toThrow('/data/it: ')
    },
  )
  it('a stack or a memory that does not suffice does too', () => {
    for (const message of [
      'Maximum call stack size exceeded',
      'Array buffer allocation failed',
      'Invalid string length',
    ])
      expect(() => diskError(new RangeError(message), '/data/it', 'read')).toThrow(
        /it: it is too large, or nested/,
      )
  })
  it('a zero byte in a name', () => {
    expect(() => readText(at('a\0b'), { what: 'it', maxBytes: 9 })).toThrow(/that is not a file name/)
  })
})

describe('bytes of another program', () => {
  it('with types that no text can be made of are refused with our error', () => {
    const odd = [{ toString: 1 }, JSON.parse('['.repeat(50_000) + ']'.repeat(50_000)) as unknown, null, 7]
    for (const dtype of odd) {
      const header = Buffer.from(JSON.stringify({ w: { dtype: 'KEEP', shape: [1], data_offsets: [0, 4] } }))
      const text = header
        .toString()
        .replace('"KEEP"', dtype === odd[1] ? '['.repeat(50_000) + ']'.repeat(50_000) : JSON.stringify(dtype))
      const bytes = Buffer.alloc(8 + text.length + 4)
      bytes.writeBigUInt64LE(BigInt(text.length))
      bytes.write(text, 8)
      expect(() => decodeSafetensors(bytes, 'w.safetensors')).toThrow(RelabelError)
    }
  })
  it('as a checkpoint with progress of odd types too', () => {
    const file = at('step-000000002.safetensors')
    for (const progress of [
      'null',
      '7',
      '[]',
      '{"step": "1"}',
      '{"fingerprint": {"toString": 1}}',
      '['.repeat(50_000),
    ]) {
      writeFileSync(file, encodeSafetensors(new Map(), { format: '1', progress, crc32: '0' }))
      expect(() => readCheckpoint(file), progress.slice(0, 40)).toThrow(RelabelError)
    }
  })
  it('as a torch file', () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('PK\u0005\u0006'),
      Buffer.alloc(70_000, '('),
      Buffer.from([0x80, 2, ...new Array<number>(60_000).fill(0x5d)]),
    ])
      expect(() => readTorchLabelMap(bytes)).toThrow(RelabelError)
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
