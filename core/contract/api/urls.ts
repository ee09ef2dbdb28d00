/**
 * URLs of binary data. All are relative to the host (`/api/…`), in the browser and in the desktop app alike.
 *
 * - a call: `POST /api/call/NAME` with the input as JSON; 200 with the output, or a status of 400 and above with
 *   `Problem`
 * - the events: `GET /api/events`, server-sent
 * - a label map: little-endian bytes: u32 `K`, u32 `H`, u32 `W`, u32 bytes per id (2 or 4), then `[K, H, W]` ids,
 *   padding to a multiple of four, `[K, H, W]` float32 logits
 */
export const callUrl = (name: string): string => `/api/call/${name}`
export const eventsUrl = '/api/events'
/** WebP whose longer side is at most `side` pixels (80, 160, 320), EXIF-rotated. */
export const thumbnailUrl = (image: number, side: 80 | 160 | 320): string =>
  `/api/images/${image}/thumbnail/${side}`
/** The image as browsers can show it: 8-bit sRGB, EXIF-rotated, at most 4096 pixels per side, first frame. */
export const displayUrl = (image: number): string => `/api/images/${image}/display`
/** The machine's map; see above. 404 where there is none. */
export const mapUrl = (image: number, annotation: string): string => `/api/images/${image}/maps/${annotation}`
