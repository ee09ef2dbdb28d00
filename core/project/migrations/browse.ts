/** Tables behind browsing and review: measures of label maps, what a person said of an image, saved views. */

export const browseTables = `
  SELECT 1;
`
