/** The page's colours for canvases, which do not support custom properties. */
import { computed, readonly, ref, type ComputedRef } from 'vue'
import type { PlotColours } from './plot.ts'
import type { Ground } from './styles.ts'

const ground = ref<Ground>('light')
let watched = false

/** The page's theme from <html>, so that canvases follow it. */
export function useGround(): Readonly<typeof ground> {
  if (!watched) {
    const read = (): void => {
      ground.value = document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light'
    }
    new MutationObserver(read).observe(document.documentElement, { attributeFilter: ['data-theme'] })
    read()
    watched = true
  }
  return readonly(ground)
}

/** A design token's value. */
export const token = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim()

/** Background and colours of the theme; recomputed when the theme changes. */
export function useChartColours(): ComputedRef<{ ground: Ground; colours: PlotColours; font: string }> {
  const now = useGround()
  return computed(() => ({
    ground: now.value,
    colours: { text: token('--text-muted'), grid: token('--line') },
    font: `11px ${token('--font') || 'sans-serif'}`,
  }))
}
