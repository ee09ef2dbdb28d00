/** A pickle reader for plain data and tensors only: it does not create objects, import or call anything. */
import { fail } from '../../base/error.ts'
import { decodeUtf8 } from './text.ts'
import { call, lookUp, toStorage } from './rebuild.ts'
import type { PickleValue } from './values.ts'

/** Far more than a tensor needs. */
const limits = { operations: 20_000, stack: 5_000, text: 4096, digits: 64 }

/** The state of the reader. */
interface Reader {
  bytes: Uint8Array
  view: DataView
  at: number
  stack: PickleValue[]
  memo: Map<number, PickleValue>
}

const damaged = (): never => fail('bad-label-map', 'the file’s description is damaged')

const isMark = (value: PickleValue): boolean =>
  value !== null && typeof value === 'object' && value.kind === 'mark'

/** Skips `count` bytes and returns their start. */
function take(reader: Reader, count: number): number {
  if (count > reader.bytes.length - reader.at)
    fail('bad-label-map', 'the file ends in the middle of its description')
  reader.at += count
  return reader.at - count
}

const byte = (reader: Reader): number => reader.bytes[take(reader, 1)]!
const uint32 = (reader: Reader): number => reader.view.getUint32(take(reader, 4), true)

function pop({ stack }: Reader): PickleValue {
  const value = stack.pop()
  return value === undefined || isMark(value) ? damaged() : value
}

function top(reader: Reader): PickleValue {
  const value = pop(reader)
  reader.stack.push(value)
  return value
}

const popped = (reader: Reader, count: number): PickleValue[] =>
  Array.from({ length: count }, () => pop(reader)).reverse()

function popToMark({ stack }: Reader): PickleValue[] {
  const mark = stack.findLastIndex(isMark)
  if (mark < 0) damaged()
  const items = stack.splice(mark)
  items.shift()
  return items
}

function text(reader: Reader, length: number): string {
  if (length > limits.text) fail('bad-label-map', 'the file’s description holds a text that is too long')
  const start = take(reader, length)
  return decodeUtf8(reader.bytes.subarray(start, start + length))
}

function line(reader: Reader): string {
  const end = reader.bytes.indexOf(10, reader.at)
  if (end < 0) fail('bad-label-map', 'the file ends in the middle of its description')
  const word = text(reader, end - reader.at)
  take(reader, 1)
  return word
}

/** A little-endian whole number in two's complement. */
function long(reader: Reader, length: number): number | bigint {
  if (length > limits.digits) fail('bad-label-map', 'the file’s description holds a number that is too large')
  const { bytes } = reader
  const start = take(reader, length)
  let value = 0n
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[start + i]!)
  if (length > 0 && bytes[start + length - 1]! & 128) value -= 1n << BigInt(8 * length)
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
}

function recall({ memo, stack }: Reader, key: number): void {
  const value = memo.get(key)
  stack.push(value === undefined ? damaged() : value)
}

function append(reader: Reader, items: PickleValue[]): void {
  const list = top(reader)
  if (list === null || typeof list !== 'object' || list.kind !== 'list') return damaged()
  list.items.push(...items)
}

function setItems(reader: Reader, items: PickleValue[]): void {
  const dict = top(reader)
  if (dict === null || typeof dict !== 'object' || dict.kind !== 'dict' || items.length % 2 !== 0)
    return damaged()
  for (let i = 0; i < items.length; i += 2) dict.entries.push([items[i]!, items[i + 1]!])
}

function checkProtocol(reader: Reader): void {
  if (byte(reader) > 5) fail('bad-label-map', 'the file is of a newer pickle protocol than this reader knows')
}

function lookUpFromStack(reader: Reader): PickleValue {
  const [module, name] = popped(reader, 2)
  if (typeof module !== 'string' || typeof name !== 'string') return damaged()
  return lookUp(module, name)
}

function reduce(reader: Reader): PickleValue {
  const args = pop(reader)
  return call(pop(reader), args)
}

/** An operation that pushes what it reads onto the stack. */
const pushing =
  (read: (reader: Reader) => PickleValue) =>
  (reader: Reader): void => {
    // The value may come from the stack, so it is read first.
    const value = read(reader)
    reader.stack.push(value)
  }
const tuple = (items: PickleValue[]): PickleValue => ({ kind: 'tuple', items })

const stop = 0x2e

/** The operations, except STOP. */
const operations = new Map<number, (reader: Reader) => void>([
  [0x80, checkProtocol], // PROTO
  [0x95, reader => void take(reader, 8)], // FRAME: only a hint
  [0x28, pushing(() => ({ kind: 'mark' }))], // MARK
  [0x4e, pushing(() => null)], // NONE
  [0x88, pushing(() => true)], // NEWTRUE
  [0x89, pushing(() => false)], // NEWFALSE
  [0x4a, pushing(reader => reader.view.getInt32(take(reader, 4), true))], // BININT
  [0x4b, pushing(byte)], // BININT1
  [0x4d, pushing(reader => reader.view.getUint16(take(reader, 2), true))], // BININT2
  [0x8a, pushing(reader => long(reader, byte(reader)))], // LONG1
  [0x47, pushing(reader => reader.view.getFloat64(take(reader, 8), false))], // BINFLOAT
  [0x58, pushing(reader => text(reader, uint32(reader)))], // BINUNICODE
  [0x8c, pushing(reader => text(reader, byte(reader)))], // SHORT_BINUNICODE
  [0x29, pushing(() => tuple([]))], // EMPTY_TUPLE
  [0x85, pushing(reader => tuple(popped(reader, 1)))], // TUPLE1
  [0x86, pushing(reader => tuple(popped(reader, 2)))], // TUPLE2
  [0x87, pushing(reader => tuple(popped(reader, 3)))], // TUPLE3
  [0x74, pushing(reader => tuple(popToMark(reader)))], // TUPLE
  [0x5d, pushing(() => ({ kind: 'list', items: [] }))], // EMPTY_LIST
  [0x7d, pushing(() => ({ kind: 'dict', entries: [] }))], // EMPTY_DICT
  [0x61, reader => append(reader, [pop(reader)])], // APPEND
  [0x65, reader => append(reader, popToMark(reader))], // APPENDS
  [0x73, reader => setItems(reader, popped(reader, 2))], // SETITEM
  [0x75, reader => setItems(reader, popToMark(reader))], // SETITEMS
  [0x71, reader => void reader.memo.set(byte(reader), top(reader))], // BINPUT
  [0x72, reader => void reader.memo.set(uint32(reader), top(reader))], // LONG_BINPUT
  [0x94, reader => void reader.memo.set(reader.memo.size, top(reader))], // MEMOIZE
  [0x68, reader => recall(reader, byte(reader))], // BINGET
  [0x6a, reader => recall(reader, uint32(reader))], // LONG_BINGET
  [0x63, pushing(reader => lookUp(line(reader), line(reader)))], // GLOBAL
  [0x93, pushing(lookUpFromStack)], // STACK_GLOBAL
  [0x51, pushing(reader => toStorage(pop(reader)))], // BINPERSID
  [0x52, pushing(reduce)], // REDUCE
])

/** The value of the pickle that begins at `from`, and where it ends. Throws 'bad-label-map' for everything else. */
export function readPickle(bytes: Uint8Array, from = 0): { value: PickleValue; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const reader: Reader = { bytes, view, at: from, stack: [], memo: new Map() }
  for (let i = 0; i < limits.operations && reader.stack.length < limits.stack; i++) {
    const code = byte(reader)
    if (code === stop) return { value: pop(reader), end: reader.at }
    const operation =
      operations.get(code) ??
      fail(
        'bad-label-map',
        `the file asks for pickle operation 0x${code.toString(16)}, which no tensor needs; it was not read`,
      )
    operation(reader)
  }
  return fail('bad-label-map', 'the file’s description is too long for a label map')
}
