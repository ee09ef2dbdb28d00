/** A pickle reader for plain data and tensors only: it knows no objects, imports nothing and calls nothing. */
import { fail } from '../../base/error.ts'
import { decodeUtf8 } from './text.ts'
import { call, lookUp, toStorage } from './rebuild.ts'
import type { PickleValue } from './values.ts'

/** Far more than a tensor needs. */
const limits = { operations: 20_000, stack: 5_000, text: 4096, digits: 64 }

/** The value of the pickle that begins at `from`, and where it ends. Throws 'bad-label-map' for everything else. */
export function readPickle(bytes: Uint8Array, from = 0): { value: PickleValue; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const stack: PickleValue[] = []
  const memo = new Map<number, PickleValue>()
  let at = from

  function take(count: number): number {
    if (count > bytes.length - at) fail('bad-label-map', 'the file ends in the middle of its description')
    at += count
    return at - count
  }
  function pop(): PickleValue {
    const value = stack.pop()
    if (value === undefined || isMark(value))
      return fail('bad-label-map', 'the file’s description is damaged')
    return value
  }
  function top(): PickleValue {
    const value = pop()
    stack.push(value)
    return value
  }
  function popToMark(): PickleValue[] {
    const mark = stack.findLastIndex(isMark)
    if (mark < 0) fail('bad-label-map', 'the file’s description is damaged')
    const items = stack.splice(mark)
    items.shift()
    return items
  }
  function text(length: number): string {
    if (length > limits.text) fail('bad-label-map', 'the file’s description holds a text that is too long')
    const start = take(length)
    return decodeUtf8(bytes.subarray(start, start + length))
  }
  function line(): string {
    const end = bytes.indexOf(10, at)
    if (end < 0) fail('bad-label-map', 'the file ends in the middle of its description')
    const word = text(end - at)
    take(1)
    return word
  }
  function long(length: number): number | bigint {
    if (length > limits.digits)
      fail('bad-label-map', 'the file’s description holds a number that is too large')
    const start = take(length)
    let value = 0n
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[start + i]!)
    if (length > 0 && bytes[start + length - 1]! & 128) value -= 1n << BigInt(8 * length)
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
  }
  function recall(key: number): PickleValue {
    const value = memo.get(key)
    return value === undefined ? fail('bad-label-map', 'the file’s description is damaged') : value
  }
  function append(items: PickleValue[]): void {
    const list = top()
    if (list === null || typeof list !== 'object' || list.kind !== 'list')
      return fail('bad-label-map', 'the file’s description is damaged')
    list.items.push(...items)
  }
  function setItems(items: PickleValue[]): void {
    const dict = top()
    if (dict === null || typeof dict !== 'object' || dict.kind !== 'dict' || items.length % 2 !== 0)
      return fail('bad-label-map', 'the file’s description is damaged')
    for (let i = 0; i < items.length; i += 2) dict.entries.push([items[i]!, items[i + 1]!])
  }
  const tuple = (items: PickleValue[]): void => void stack.push({ kind: 'tuple', items })
  const popped = (count: number): PickleValue[] => Array.from({ length: count }, pop).reverse()

  for (let operation = 0; operation < limits.operations && stack.length < limits.stack; operation++) {
    const code = bytes[take(1)]!
    switch (code) {
      case 0x80: // PROTO
        if (bytes[take(1)]! > 5)
          fail('bad-label-map', 'the file is of a newer pickle protocol than this reader knows')
        break
      case 0x95: // FRAME: only a hint
        take(8)
        break
      case 0x28: // MARK
        stack.push({ kind: 'mark' })
        break
      case 0x4e: // NONE
        stack.push(null)
        break
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
        stack.push(code === 0x88)
        break
      case 0x4a: // BININT
        stack.push(view.getInt32(take(4), true))
        break
      case 0x4b: // BININT1
        stack.push(bytes[take(1)]!)
        break
      case 0x4d: // BININT2
        stack.push(view.getUint16(take(2), true))
        break
      case 0x8a: // LONG1
        stack.push(long(bytes[take(1)]!))
        break
      case 0x47: // BINFLOAT
        stack.push(view.getFloat64(take(8), false))
        break
      case 0x58: // BINUNICODE
        stack.push(text(view.getUint32(take(4), true)))
        break
      case 0x8c: // SHORT_BINUNICODE
        stack.push(text(bytes[take(1)]!))
        break
      case 0x29: // EMPTY_TUPLE
        tuple([])
        break
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        tuple(popped(code - 0x84))
        break
      case 0x74: // TUPLE
        tuple(popToMark())
        break
      case 0x5d: // EMPTY_LIST
        stack.push({ kind: 'list', items: [] })
        break
      case 0x7d: // EMPTY_DICT
        stack.push({ kind: 'dict', entries: [] })
        break
      case 0x61: // APPEND
        append([pop()])
        break
      case 0x65: // APPENDS
        append(popToMark())
        break
      case 0x73: // SETITEM
        setItems(popped(2))
        break
      case 0x75: // SETITEMS
        setItems(popToMark())
        break
      case 0x71: // BINPUT
        memo.set(bytes[take(1)]!, top())
        break
      case 0x72: // LONG_BINPUT
        memo.set(view.getUint32(take(4), true), top())
        break
      case 0x94: // MEMOIZE
        memo.set(memo.size, top())
        break
      case 0x68: // BINGET
        stack.push(recall(bytes[take(1)]!))
        break
      case 0x6a: // LONG_BINGET
        stack.push(recall(view.getUint32(take(4), true)))
        break
      case 0x63: // GLOBAL
        stack.push(lookUp(line(), line()))
        break
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = popped(2)
        if (typeof module !== 'string' || typeof name !== 'string')
          return fail('bad-label-map', 'the file’s description is damaged')
        stack.push(lookUp(module, name))
        break
      }
      case 0x51: // BINPERSID
        stack.push(toStorage(pop()))
        break
      case 0x52: {
        // REDUCE
        const args = pop()
        stack.push(call(pop(), args))
        break
      }
      case 0x2e: // STOP
        return { value: pop(), end: at }
      default:
        fail(
          'bad-label-map',
          `the file asks for pickle operation 0x${code.toString(16)}, which no tensor needs; it was not read`,
        )
    }
  }
  return fail('bad-label-map', 'the file’s description is too long for a label map')
}

const isMark = (value: PickleValue): boolean =>
  value !== null && typeof value === 'object' && value.kind === 'mark'
