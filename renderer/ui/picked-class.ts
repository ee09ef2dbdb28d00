/** What a class picker shows of a class, and finds it by. */
import type { Named } from './search-classes.ts'

export interface PickedClass extends Named {
  /** Of CSS. */
  colour?: string | undefined
  key?: string | null | undefined
}
