/** The tables of a project and their history: one migration per version, applied in order, each in a transaction. */
import type { Database } from 'better-sqlite3'
import { browseChanges, browseTables, correctionTriggers } from './migrations/browse.ts'
import { classSettings } from './migrations/classes.ts'
import { correctionTables } from './migrations/corrections.ts'
import { imageFiles } from './migrations/image-files.ts'
import { jobInterruptions, jobMarks, jobTables } from './migrations/jobs.ts'
import { labelTables } from './migrations/labels.ts'
import { sureLogits } from './migrations/sure.ts'

/** Migration n brings a file from version n to n + 1; released ones never change. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE classes (number INTEGER PRIMARY KEY, name TEXT NOT NULL, wnid TEXT);
  CREATE TABLE splits (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, folder TEXT NOT NULL);
  CREATE TABLE images (
    id INTEGER PRIMARY KEY,
    split INTEGER NOT NULL REFERENCES splits (id),
    path TEXT NOT NULL,
    label INTEGER REFERENCES classes (number),
    truth TEXT,
    boxes TEXT,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    problem TEXT,
    UNIQUE (split, path)
  );
  CREATE TABLE annotations (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    status TEXT NOT NULL,
    created TEXT NOT NULL,
    config TEXT NOT NULL,
    manifest TEXT NOT NULL
  );
  CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    created TEXT NOT NULL,
    config TEXT NOT NULL,
    snapshot TEXT NOT NULL REFERENCES snapshots (id),
    metrics TEXT
  );
  CREATE TABLE snapshots (
    id TEXT PRIMARY KEY,
    created TEXT NOT NULL,
    annotation TEXT,
    images INTEGER NOT NULL,
    content BLOB NOT NULL
  );
  `,
  // Counts by class and the list of problems without a scan of every row.
  `
  CREATE INDEX images_by_label ON images (split, label);
  CREATE INDEX images_with_problem ON images (split) WHERE problem IS NOT NULL;
  `,
  browseTables,
  correctionTables + correctionTriggers,
  jobTables,
  browseChanges,
  jobInterruptions,
  jobMarks,
  imageFiles,
  classSettings,
  labelTables,
  sureLogits,
]

/** The version that this program writes; stored in SQLite's user_version. */
export const schemaVersion = migrations.length

/**
 * Migrates a file to the current version; each step is a transaction, so a kill leaves a consistent older or newer
 * file.
 */
export function migrate(db: Database): void {
  for (;;) {
    const version = db.pragma('user_version', { simple: true }) as number
    const step = migrations[version]
    if (step === undefined) return
    db.transaction(() => {
      db.exec(step)
      db.pragma(`user_version = ${version + 1}`)
    }).immediate()
  }
}
