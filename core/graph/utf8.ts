/** Converts text to UTF-8 bytes and back, with classes that both Node and browsers have. */

// Pure rooms are compiled without Node's and the DOM's types; these two classes exist on both.
declare const TextEncoder: new () => { encode(text: string): Uint8Array }
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean },
) => { decode(bytes: Uint8Array): string }

export function toUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Throws a TypeError on bytes that are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}
