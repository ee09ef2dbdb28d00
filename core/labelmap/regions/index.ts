/** The Regions view of a label map: the rule, the outlines and the places of the names; pure functions. */
export { chipText, placeChips } from './chips.ts'
export type { Chip, ChipOptions } from './chips.ts'
export { planRegions, regionFloor } from './plan.ts'
export { countSure } from './sure.ts'
export type { SureCounter } from './sure.ts'
export type { Region, RegionPlan } from './region.ts'
