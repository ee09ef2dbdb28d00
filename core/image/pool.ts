/** Decoding in parallel: files in, pixels out in the order of the files, a bounded number under way. */
import { availableParallelism } from 'node:os'
import { RelabelError, type ErrorCode } from '../base/error.ts'
import type { decodeImage, DecodeOptions } from './decode.ts'
import type { PlainError } from './serve.ts'
import { createWorkerPool, WorkerDied } from './worker-pool.ts'

/** What {@link decodeImage} gives. */
export type DecodedImage = Awaited<ReturnType<typeof decodeImage>>

/** A request of a pool. */
export interface DecodeTask {
  file: string
  options: DecodeOptions
}

/** A decoded image, or why there is none; `key` is the caller's. */
export type DecodeResult<Key> = { key: Key; image: DecodedImage } | { key: Key; error: RelabelError }

/** Threads that decode. */
export interface DecodePool {
  /** Decodes one file; rejects with code `bad-image`. */
  decode(file: string, options?: DecodeOptions): Promise<DecodedImage>
  /** Decodes many, in their order, at most `ahead` under way; a bad one is an entry with its error. */
  decodeAll<Key>(
    requests: Iterable<{ key: Key; file: string; options?: DecodeOptions }>,
    ahead?: number,
  ): AsyncGenerator<DecodeResult<Key>>
  close(): Promise<void>
}

/** An error that crossed a thread, or the end of the thread itself, as an error about `file`. */
export function imageError(file: string, error: unknown): RelabelError {
  if (error instanceof RelabelError) return error
  if (error instanceof WorkerDied)
    return new RelabelError('bad-image', `${file}: the decoder died on it (${error.message})`, {
      file,
      reason: `the decoder died on it (${error.message})`,
    })
  const { code, message, detail } = error as PlainError
  if (code === 'internal')
    return new RelabelError('bad-image', `${file}: ${message}`, { file, reason: message })
  return new RelabelError(code as ErrorCode, message, detail)
}

/** A pool of `workers` threads (default: one a core, at most 16). A thread that dies is replaced. */
export function createDecodePool(options: { workers?: number } = {}): DecodePool {
  const size = options.workers ?? Math.min(16, availableParallelism())
  const pool = createWorkerPool<DecodeTask, DecodedImage>(new URL('decode-worker.ts', import.meta.url), {
    size,
  })
  const decode: DecodePool['decode'] = (file, decodeOptions = {}) =>
    pool.run({ file, options: decodeOptions }).catch((error: unknown) => {
      throw imageError(file, error)
    })
  return {
    decode,
    async *decodeAll(requests, ahead = size * 4) {
      const waiting: Promise<DecodeResult<never>>[] = []
      for (const { key, file, options: decodeOptions } of requests) {
        const result = decode(file, decodeOptions).then(
          image => ({ key, image }),
          (error: RelabelError) => ({ key, error }),
        )
        waiting.push(result as Promise<DecodeResult<never>>)
        if (waiting.length >= ahead) yield await waiting.shift()!
      }
      while (waiting.length > 0) yield await waiting.shift()!
    },
    close: () => pool.close(),
  }
}
