/** How an image is named where there is little room. */

/** The last part of an image's key; the whole key where there are no parts. */
export const fileName = (item: { key: string }): string =>
  item.key.slice(item.key.lastIndexOf('/') + 1) || item.key
