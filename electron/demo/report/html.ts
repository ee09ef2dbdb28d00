/** Builds HTML and escapes external text. */

/** Markup that is known to be safe. */
export interface Html {
  html: string
}

/** Values in a template: text is escaped, markup and lists of markup are not. */
export type Content = Html | string | number | readonly (Html | string | number)[]

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Escapes text for use between tags and in quoted attributes. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, character => entities[character] ?? '')
}

function part(content: Content): string {
  if (typeof content === 'string') return escape(content)
  if (typeof content === 'number') return String(content)
  return 'html' in content ? content.html : content.map(part).join('')
}

/** A template literal whose interpolated text is escaped. */
export function html(strings: TemplateStringsArray, ...contents: Content[]): Html {
  return { html: strings.reduce((all, string, i) => all + part(contents[i - 1] ?? '') + string) }
}

/** Bytes as a data URI. */
export function dataUri(bytes: Uint8Array, type = 'image/png'): string {
  return `data:${type};base64,${Buffer.from(bytes).toString('base64')}`
}
