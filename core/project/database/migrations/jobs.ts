/** The job queue's table. */

/** `place` orders the queue: the lowest place that is queued comes first. */
export const jobTables = `
  CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    place INTEGER NOT NULL,
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
  CREATE INDEX jobs_by_state ON jobs (state, place);
`

/** How often the program ended while the job ran, since somebody last asked for it. */
export const jobInterruptions = `
  ALTER TABLE jobs ADD COLUMN interruptions INTEGER NOT NULL DEFAULT 0;
`

/** What says that this installation was asked for the job: see `core/project/job-mark.ts`. */
export const jobMarks = `
  ALTER TABLE jobs ADD COLUMN mark TEXT;
`
