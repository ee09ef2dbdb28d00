/** Dispatches key presses to actions, and leaves text fields and controls their own keys. */
import type { ActionId } from './actions.ts'
import { actionIds } from './actions.ts'
import type { Bindings } from './bindings.ts'
import { comboOf, isTyping, type KeyPress } from './combos.ts'
import { reduceHolds, type Held } from './holds.ts'

interface Registration {
  handler: () => void
  enabled: () => boolean
  /** The key is up again; only actions that last while it is held have this. */
  release?: (tap: boolean) => void
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
/** Who may use keys that no action has; the newest first. */
let others: readonly ((combo: string) => boolean)[] = []
let bindings: Bindings | null = null
let held: readonly Held[] = []
/** What the held keys started. */
const started = new Map<ActionId, Registration>()

/** Sets the active key bindings. */
export function setBindings(next: Bindings): void {
  bindings = next
}

/** Registers a handler of an action; the newest enabled one is called. Returns a function that removes it. */
export function register(id: ActionId, handler: () => void, enabled: () => boolean = () => true): () => void {
  return add(id, { handler, enabled })
}

/** Handlers of an action that lasts while its key is held. */
export interface Hold {
  press: () => void
  /** `tap`: the key was down only briefly. */
  release: (tap: boolean) => void
  enabled?: () => boolean
}

/** Registers an action that lasts while its key is held; removing it releases it. */
export function registerHold(id: ActionId, { press, release, enabled = () => true }: Hold): () => void {
  const entry = { handler: press, enabled, release }
  const remove = add(id, entry)
  return () => {
    remove()
    if (started.get(id) !== entry) return
    held = held.filter(one => one.id !== id)
    endHold(id, false)
  }
}

/** Registers who may use keys that no action has, such as those of classes: it says whether it did. */
export function registerOther(use: (combo: string) => boolean): () => void {
  others = [use, ...others]
  return () => (others = others.filter(other => other !== use))
}

function add(id: ActionId, entry: Registration): () => void {
  registered.set(id, [entry, ...(registered.get(id) ?? [])])
  return () =>
    registered.set(
      id,
      (registered.get(id) ?? []).filter(other => other !== entry),
    )
}

const enabledEntry = (id: ActionId): Registration | undefined =>
  registered.get(id)?.find(one => one.enabled())

/** Runs an action as if its key had been tapped; false: no handler is enabled. */
export function perform(id: ActionId): boolean {
  const entry = enabledEntry(id)
  entry?.handler()
  entry?.release?.(true)
  return entry !== undefined
}

/** A key of an action that may last is down; false: no handler is enabled. */
function start(id: ActionId, press: KeyPress, at: number): boolean {
  const entry = enabledEntry(id)
  if (!entry?.release) return perform(id)
  const step = reduceHolds(held, { kind: 'down', id, key: press.code || press.key, at })
  held = step.held
  if (step.pressed) {
    started.set(id, entry)
    entry.handler()
  }
  return true
}

function endHold(id: ActionId, tap: boolean): void {
  const entry = started.get(id)
  started.delete(id)
  entry?.release?.(tap)
}

/** A key is up; ends the action that it held. */
export function lift(press: Pick<KeyPress, 'key' | 'code'>, at = performance.now()): void {
  const step = reduceHolds(held, { kind: 'up', key: press.code || press.key, at })
  held = step.held
  if (step.released) endHold(step.released.id, step.released.tap)
}

/** Ends everything that is held: the keys may be released where the page does not notice. */
export function liftAll(): void {
  const all = held
  held = []
  for (const { id } of all) endHold(id, false)
}

/** Editing keys that a text field keeps although they include Ctrl. */
const editing = /^Ctrl\+(Shift\+)?([AZYXCV]|Backspace|Delete|Enter|Arrow\w+|Home|End)$/

/** Runs the key's action; false if it has none. `at`: milliseconds. */
export function dispatch(press: KeyPress, target: KeyTarget, at = performance.now()): boolean {
  const combo = comboOf(press)
  if (combo === null || bindings === null || target.modal) return false
  if (target.text && (isTyping(combo) || editing.test(combo))) return false
  if (target.owns(combo)) return false
  for (const id of actionIds) if (bindings[id].includes(combo) && start(id, press, at)) return true
  return others.some(use => use(combo))
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
  window.addEventListener('keyup', event => lift(event))
  window.addEventListener('blur', liftAll)
  window.document.addEventListener('visibilitychange', liftAll)
}
