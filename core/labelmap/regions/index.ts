/** The Regions view of a label map: the rule, the outlines and the places of the names; pure functions. */
export { chipHeight, chipText, placeChips } from './chips.ts'
export type { Chip, ChipOptions } from './chips.ts'
export { contour } from './contour.ts'
export { planRegions, regionFloor } from './plan.ts'
export type { RegionOptions } from './plan.ts'
export { countSure } from './sure.ts'
export type { SureCounter } from './sure.ts'
export type { Region, RegionPlan, RegionRole } from './region.ts'
