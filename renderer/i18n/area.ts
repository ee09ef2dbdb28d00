/** The messages of one part of the app in every language; a missing or surplus one is a compile error. */

/** The same shape with any words. */
export type Words<Shape> = {
  readonly [Key in keyof Shape]: Shape[Key] extends string ? string : Words<Shape[Key]>
}

export interface Area<Shape> {
  en: Shape
  'zh-CN': Words<Shape>
  ko: Words<Shape>
}

/** Declares an area: English gives the shape, the others follow it. */
export const area = <Shape extends object>(messages: {
  en: Shape
  'zh-CN': Words<NoInfer<Shape>>
  ko: Words<NoInfer<Shape>>
}): Area<Shape> => messages
