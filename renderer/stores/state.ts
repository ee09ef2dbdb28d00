/**
 * A store's state as one plain value: pure functions make the next one, and outside of the store its fields can only be
 * read.
 */
import { computed, shallowRef, type ShallowRef } from 'vue'

/** Each field, followed by itself. */
export type Fields<Value> = { readonly [Name in keyof Value]-?: ShallowRef<Value[Name]> }

/** State that only its owner changes. */
export interface State<Value extends object> {
  now(): Value
  /** Replaces some fields. */
  set(part: Partial<Value>): void
  fields: Fields<Value>
}

export function createState<Value extends object>(first: Value): State<Value> {
  const value = shallowRef(first)
  const names = Object.keys(first) as (keyof Value)[]
  const fields = Object.fromEntries(names.map(name => [name, computed(() => value.value[name])]))
  return {
    now: () => value.value,
    set: part => (value.value = { ...value.value, ...part }),
    fields: fields as unknown as Fields<Value>,
  }
}

/** The public part of a store: its read-only fields, computed values and actions. */
export const readable = <Value extends object, Rest extends object>(
  state: State<Value>,
  rest: Rest,
): Fields<Value> & Rest => ({ ...state.fields, ...rest })
