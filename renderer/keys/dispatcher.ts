/** Dispatches key presses to actions, and leaves text fields and controls their own keys. */
import type { ActionId } from './actions.ts'
import { actionIds } from './actions.ts'
import type { Bindings } from './bindings.ts'
import { comboOf, isTyping, type KeyPress } from './combos.ts'

interface Registration {
  handler: () => void
  enabled: () => boolean
}

/** What has the focus, as far as it affects keys. */
export interface KeyTarget {
  /** It accepts text. */
  text: boolean
  /** The control's own keys, such as the arrows of a slider. */
  owns: (combo: string) => boolean
  /** A modal dialog is open. */
  modal: boolean
}

const registered = new Map<ActionId, Registration[]>()
let bindings: Bindings | null = null

/** Sets the active key bindings. */
export function setBindings(next: Bindings): void {
  bindings = next
}

/** Registers a handler of an action; the newest enabled one is called. Returns a function that removes it. */
export function register(id: ActionId, handler: () => void, enabled: () => boolean = () => true): () => void {
  const entry = { handler, enabled }
  registered.set(id, [entry, ...(registered.get(id) ?? [])])
  return () =>
    registered.set(
      id,
      (registered.get(id) ?? []).filter(other => other !== entry),
    )
}

/** Runs an action as if its key had been pressed; false: no handler is enabled. */
export function perform(id: ActionId): boolean {
  const entry = registered.get(id)?.find(one => one.enabled())
  entry?.handler()
  return entry !== undefined
}

/** Editing keys that a text field keeps although they include Ctrl. */
const editing = /^Ctrl\+(Shift\+)?([AZYXCV]|Backspace|Delete|Enter|Arrow\w+|Home|End)$/

/** Runs the key's action; false if it has none. */
export function dispatch(press: KeyPress, target: KeyTarget): boolean {
  const combo = comboOf(press)
  if (combo === null || bindings === null || target.modal) return false
  if (target.text && (isTyping(combo) || editing.test(combo))) return false
  if (target.owns(combo)) return false
  for (const id of actionIds) if (bindings[id].includes(combo) && perform(id)) return true
  return false
}

const textTypes = new Set(['text', 'search', 'number', 'email', 'url', 'password', 'tel', ''])
const arrows = /^(Shift\+)?(Arrow(Up|Down|Left|Right)|Home|End|PageUp|PageDown)$/
const arrowed =
  '[role=slider],[role=listbox],[role=option],[role=menu],[role=menuitem],[role=radio],[role=tab],[role=combobox],select'
const pressed =
  'button,a[href],summary,[role=button],[role=checkbox],[role=switch],[role=menuitem],[role=option],input'

function targetOf(element: Element | null): KeyTarget {
  const text =
    element instanceof HTMLTextAreaElement ||
    (element instanceof HTMLInputElement && textTypes.has(element.type)) ||
    (element instanceof HTMLElement && element.isContentEditable)
  const within = (selector: string): boolean => Boolean(element?.closest(selector))
  const moves = within(arrowed)
  const list = within('[role=listbox],[role=menu]')
  const presses = within(pressed)
  return {
    text,
    owns: combo => {
      if (moves && arrows.test(combo)) return true
      if (presses && (combo === 'Enter' || combo === 'Space')) return true
      return list && isTyping(combo)
    },
    modal:
      document.querySelector('[role=dialog][data-modal][data-state=open],[role=menu][data-state=open]') !==
      null,
  }
}

/** Listens to a window's key events. */
export function listenToKeys(window: Window): void {
  window.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.isComposing) return
    const element = event.target instanceof Element ? event.target : null
    if (dispatch(event, targetOf(element))) event.preventDefault()
  })
}
