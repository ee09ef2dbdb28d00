/** A slow measurement: the newest attempt wins, and the result is stored with its key. */
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { isAbort } from '../api/error.ts'

/** A finding, or why there is none. */
export interface Finding<Result> {
  /** What it was found for. */
  key: string
  result: Result | null
  error: unknown
}

export interface Measured<Result> {
  finding: ShallowRef<Finding<Result> | null>
  busy: Ref<boolean>
  /** Whether the finding is for what is asked now. */
  current: ComputedRef<boolean>
  /** Never throws: what fails is a finding, too. */
  run(): Promise<void>
  /** Gives the try under way up; the finding before it stays. */
  cancel(): void
  /** Gives up, and forgets what was found. */
  clear(): void
}

/** `key` names all that the answer of `ask` depends on. */
export function useMeasured<Result>(
  key: () => string,
  ask: (signal: AbortSignal) => Promise<Result>,
): Measured<Result> {
  const finding: ShallowRef<Finding<Result> | null> = shallowRef(null)
  const busy = ref(false)
  let call: AbortController | null = null

  function cancel(): void {
    call?.abort()
    call = null
    busy.value = false
  }

  async function run(): Promise<void> {
    cancel()
    const mine = (call = new AbortController())
    busy.value = true
    const asked = key()
    try {
      const result = await ask(mine.signal)
      if (call === mine) finding.value = { key: asked, result, error: null }
    } catch (error) {
      if (call === mine && !isAbort(error)) finding.value = { key: asked, result: null, error }
    } finally {
      if (call === mine) busy.value = false
    }
  }

  function clear(): void {
    cancel()
    finding.value = null
  }

  return { finding, busy, current: computed(() => finding.value?.key === key()), run, cancel, clear }
}
