/** The page's colours for what is drawn on canvases, which know no custom properties. */
import { computed, type ComputedRef } from 'vue'
import { useSettings } from '../stores/settings.ts'
import type { PlotColours } from './plot.ts'
import type { Ground } from './styles.ts'

/** A design token's value. */
export const token = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim()

/** Ground and colours of the theme; new ones when the theme changes. */
export function useChartColours(): ComputedRef<{ ground: Ground; colours: PlotColours; font: string }> {
  const settings = useSettings()
  return computed(() => ({
    ground: settings.theme,
    colours: { text: token('--text-muted'), grid: token('--line') },
    font: `11px ${token('--font') || 'sans-serif'}`,
  }))
}
