/** A combination of keys that a class may have; without zod, because the page needs it alone. */

/** As `J`, `Alt+J` or `F4`. */
export const classKeyPattern = /^(Ctrl\+)?(Alt\+)?(Shift\+)?([A-Z0-9]|F\d{1,2}|[^\sA-Za-z0-9])$/
