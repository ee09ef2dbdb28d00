/** The short name of an image. */

/** The last part of an image's key; the whole key if it has only one. */
export const fileName = (item: { key: string }): string =>
  item.key.slice(item.key.lastIndexOf('/') + 1) || item.key
