/** The page's colours for what is drawn on canvases, which know no custom properties. */
import { computed, readonly, ref, type ComputedRef } from 'vue'
import type { PlotColours } from './plot.ts'
import type { Ground } from './styles.ts'

const ground = ref<Ground>('light')
let watched = false

/** Which ground the page has, as it stands on <html>: whoever sets it, canvases follow. */
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

/** Ground and colours of the theme; new ones when the theme changes. */
export function useChartColours(): ComputedRef<{ ground: Ground; colours: PlotColours; font: string }> {
  const now = useGround()
  return computed(() => ({
    ground: now.value,
    colours: { text: token('--text-muted'), grid: token('--line') },
    font: `11px ${token('--font') || 'sans-serif'}`,
  }))
}
