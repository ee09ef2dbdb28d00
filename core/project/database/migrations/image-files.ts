/** What the file of each image was when it was last looked at; NULL: not known. */
export const imageFiles = `
  ALTER TABLE images ADD COLUMN size INTEGER;
  ALTER TABLE images ADD COLUMN modified REAL;
  ALTER TABLE images ADD COLUMN sha256 BLOB;
`
