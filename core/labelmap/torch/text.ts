/** Text from an untrusted file. */
import { fail } from '../../base/error.ts'
import { fromUtf8 } from '../../graph/utf8.ts'

/** UTF-8 bytes as text; throws 'bad-label-map' if they are invalid. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes)
  } catch (error) {
    return fail('bad-label-map', 'the file holds a name that is not valid text', {}, error)
  }
}
