/** Key combinations as text (`Ctrl+Shift+Z`): from an event, normalized, and for display. */

/** The parts of a keyboard event that determine its combination. */
export interface KeyPress {
  key: string
  code: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  shiftKey: boolean
}

const modifiers = new Set(['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'NumLock', 'Dead'])

/** Latin letters count by the character they produce, others by key position, so that Korean or Russian layouts work. */
function baseKey(press: KeyPress): string | null {
  if (press.key === ' ' || press.code === 'Space') return 'Space'
  // Shift, Alt and layouts change the characters of the digit keys, but their position is the same on all layouts with
  // digits.
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(press.code)?.[1]
  if (digit && (press.altKey || press.ctrlKey || press.key === digit)) return digit
  if (digit && press.shiftKey && press.code.startsWith('Digit') && !/^[/?+\-=*]$/.test(press.key))
    return digit
  if (press.key.length > 1 && press.key !== 'Process' && press.key !== 'Unidentified')
    return modifiers.has(press.key) ? null : press.key
  if (/^[a-z]$/i.test(press.key)) return press.key.toUpperCase()
  const letter = /^Key([A-Z])$/.exec(press.code)?.[1]
  if (letter) return letter
  return press.key.length === 1 ? press.key : null
}

/** The combination of a key press; null while only modifiers are down. Command counts as Ctrl. */
export function comboOf(press: KeyPress): string | null {
  const key = baseKey(press)
  if (key === null) return null
  // A symbol already implies that Shift was needed to type it.
  const symbol = key.length === 1 && !/[A-Z0-9]/.test(key)
  return join(press.ctrlKey || press.metaKey, press.altKey, press.shiftKey && !symbol, key)
}

function join(ctrl: boolean, alt: boolean, shift: boolean, key: string): string {
  return `${ctrl ? 'Ctrl+' : ''}${alt ? 'Alt+' : ''}${shift ? 'Shift+' : ''}${key}`
}

/** The normalized form of a combination from a user or a file; null: invalid. */
export function normalCombo(text: string): string | null {
  const parts = text.trim().split(/\+(?=.)/)
  const key = parts.pop()?.trim()
  if (!key) return null
  const held = new Set(parts.map(part => part.trim().toLowerCase()))
  for (const name of held) if (!['ctrl', 'cmd', 'meta', 'alt', 'option', 'shift'].includes(name)) return null
  const written = key.length === 1 ? key.toUpperCase() : key.charAt(0).toUpperCase() + key.slice(1)
  return join(
    held.has('ctrl') || held.has('cmd') || held.has('meta'),
    held.has('alt') || held.has('option'),
    held.has('shift'),
    written,
  )
}

/** Whether a combination produces text, so that it must be inactive while a text field has the focus. */
export const isTyping = (combo: string): boolean => !/^(Ctrl|Alt)\+/.test(combo) && !/^F\d{1,2}$/.test(combo)

const signs: Record<string, string> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Backspace: '⌫',
  Delete: 'Del',
  Enter: '↵',
}
const macSigns: Record<string, string> = { Ctrl: '⌘', Alt: '⌥', Shift: '⇧' }

/** The parts of a combination as labelled on the keyboard. */
export function comboParts(combo: string, mac = isMac()): string[] {
  return combo.split(/\+(?=.)/).map(part => (mac ? macSigns[part] : undefined) ?? signs[part] ?? part)
}

function isMac(): boolean {
  return typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)
}
