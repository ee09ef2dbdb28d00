/** Errors cross a structured clone and come out as what they were. */
import { describe, expect, it } from 'vitest'
import { RelabelError } from '../../../core/base/error.ts'
import { fromWire, toWire, type WireError } from '../../../core/base/wire-error.ts'

const crossed = (error: unknown): Error => fromWire(structuredClone(toWire(error)) as WireError)

describe('errors that cross a process', () => {
  it('keep code, message and details', () => {
    const error = crossed(new RelabelError('bad-image', 'a.png: torn', { file: 'a.png', bytes: [1, 2] }))
    expect(error).toBeInstanceOf(RelabelError)
    expect(error).toMatchObject({
      code: 'bad-image',
      message: 'a.png: torn',
      detail: { file: 'a.png', bytes: [1, 2] },
    })
  })

  it('stay faults of the program where they are such, and say where', () => {
    const fault = new TypeError('x is not a function')
    const error = crossed(fault)
    expect(error).not.toBeInstanceOf(RelabelError)
    expect(error.message).toBe('x is not a function')
    expect(error.stack).toBe(fault.stack)
    expect(crossed('thrown text').message).toBe('thrown text')
  })

  it('carry only what every kind of message can: details that are not JSON stay behind', () => {
    const sent = (detail: Record<string, unknown>) => toWire(new RelabelError('disk', 'full', detail))
    expect(sent({ file: 'a', then: () => 1, when: undefined }).detail).toEqual({ file: 'a' })
    expect(sent({ bytes: 1n })).toMatchObject({ code: 'disk', message: 'full', detail: {} })
  })
})
