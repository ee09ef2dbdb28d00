/** The job queue's table. */

export const jobTables = `
  CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    created TEXT NOT NULL,
    started TEXT,
    ended TEXT,
    request TEXT NOT NULL,
    progress TEXT,
    error TEXT,
    result TEXT,
    annotation TEXT,
    run TEXT,
    log TEXT NOT NULL DEFAULT ''
  );
`
