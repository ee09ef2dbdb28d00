/** Tables of corrections: every edit of every image, and the layer that the edits in force make. */

export const correctionTables = `
  CREATE TABLE edits (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    annotation INTEGER NOT NULL REFERENCES annotations (number),
    image INTEGER NOT NULL REFERENCES images (id),
    author TEXT NOT NULL,
    created TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    content BLOB NOT NULL
  );
  CREATE INDEX edits_by_image ON edits (annotation, image, number);
  CREATE TABLE corrections (
    annotation INTEGER NOT NULL REFERENCES annotations (number),
    image INTEGER NOT NULL REFERENCES images (id),
    version INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    layer BLOB NOT NULL,
    PRIMARY KEY (annotation, image)
  ) WITHOUT ROWID;
`
