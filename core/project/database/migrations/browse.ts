/**
 * Tables behind browsing and review: measures of label maps, what a person said of an image, saved views, and the
 * narrow table `browse` that filters and sorts read. An image's `place` is its split's id · 2³² + its rank by path
 * there, so that the order by name is the order of integers; −1 stands for "none" in its columns. What `bits` holds is
 * told in `browse/state-bits.ts`.
 */

const tables = `
  CREATE TABLE browse_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    names INTEGER NOT NULL,
    annotation INTEGER REFERENCES annotations (number)
  );
  CREATE TABLE facts (
    annotation INTEGER NOT NULL REFERENCES annotations (number),
    image INTEGER NOT NULL,
    top INTEGER NOT NULL,
    confidence REAL NOT NULL,
    margin REAL NOT NULL,
    entropy REAL NOT NULL,
    listed INTEGER,
    disputed REAL NOT NULL,
    score REAL NOT NULL,
    PRIMARY KEY (annotation, image)
  ) WITHOUT ROWID;
  CREATE TABLE reviews (image INTEGER PRIMARY KEY, state INTEGER NOT NULL, time INTEGER NOT NULL);
  CREATE TABLE review_times (time INTEGER PRIMARY KEY, marks INTEGER NOT NULL);
  CREATE TABLE views (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, query TEXT NOT NULL);
  CREATE TABLE browse (
    place INTEGER PRIMARY KEY,
    split INTEGER NOT NULL,
    image INTEGER NOT NULL,
    bits INTEGER NOT NULL,
    label INTEGER NOT NULL,
    top INTEGER NOT NULL,
    confidence REAL NOT NULL,
    score REAL NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE browse_tally (
    split INTEGER NOT NULL,
    bits INTEGER NOT NULL,
    bin INTEGER NOT NULL,
    images INTEGER NOT NULL,
    PRIMARY KEY (split, bits, bin)
  ) WITHOUT ROWID;
  CREATE TABLE browse_names (chunk INTEGER PRIMARY KEY, keys BLOB NOT NULL);
`

const coveringIndexes = `
  CREATE INDEX browse_by_bits ON browse (bits, split, place, label, top, confidence, score);
  CREATE INDEX browse_by_label ON browse (label, place, split, bits, top, confidence, score);
  CREATE INDEX browse_by_top ON browse (top, place, split, bits, label, confidence, score);
  CREATE INDEX browse_by_confidence ON browse (confidence, place, split, bits, label, top, score);
  CREATE INDEX browse_by_score ON browse (score, place, split, bits, label, top, confidence);
`

export const browseIndexes = 'CREATE UNIQUE INDEX browse_by_image ON browse (image);'

const binOf = (confidence: string): string =>
  `CASE WHEN ${confidence} < 0 THEN -1 ELSE min(19, CAST(${confidence} * 20 AS INTEGER)) END`

const tallyChange = (row: 'new' | 'old', by: 1 | -1): string => `
    INSERT INTO browse_tally VALUES (${row}.split, ${row}.bits, ${binOf(`${row}.confidence`)}, ${by})
    ON CONFLICT DO UPDATE SET images = images + ${by};`

const tallyTriggers = `
  CREATE TRIGGER browse_added AFTER INSERT ON browse BEGIN ${tallyChange('new', 1)} END;
  CREATE TRIGGER browse_changed AFTER UPDATE OF split, bits, confidence ON browse
  WHEN old.bits <> new.bits OR old.confidence <> new.confidence OR old.split <> new.split
  BEGIN ${tallyChange('old', -1)} ${tallyChange('new', 1)} END;
  CREATE TRIGGER browse_removed AFTER DELETE ON browse BEGIN ${tallyChange('old', -1)} END;
`

/** Notes the version that the state has after the change, so that whoever read an earlier one reads the place again. */
const noteTrigger = `
  CREATE TRIGGER browse_noted AFTER UPDATE ON browse
  WHEN (SELECT version FROM browse_changes WHERE chunk = new.place >> 10) IS NOT (SELECT version + 1 FROM browse_state)
  BEGIN
    INSERT INTO browse_changes VALUES (new.place >> 10, (SELECT version + 1 FROM browse_state))
      ON CONFLICT DO UPDATE SET version = excluded.version;
  END;
`

/** Keep the tally and the notes of changes in step. Bulk refills drop them, and count afresh. */
export const browseTriggers = tallyTriggers + noteTrigger

export const browseTally = `
  DELETE FROM browse_tally;
  INSERT INTO browse_tally SELECT split, bits, ${binOf('confidence')}, count(*) FROM browse GROUP BY 1, 2, 3;
`

/** Keys in lower case, one a line, 1024 places a row: what text search reads. */
export const browseNames = `
  DELETE FROM browse_names;
  INSERT INTO browse_names
    SELECT browse.place >> 10, CAST(group_concat(fold(splits.name || '/' || images.path), char(10) ORDER BY browse.place) AS BLOB)
    FROM browse JOIN images ON images.id = browse.image JOIN splits ON splits.id = images.split
    GROUP BY browse.place >> 10;
`

/** A new label takes the measures with it, for they tell about the old one; the state says so. */
const imageTrigger = `
  CREATE TRIGGER images_changed AFTER UPDATE OF label, problem ON images
  WHEN old.label IS NOT new.label OR (old.problem IS NULL) <> (new.problem IS NULL)
  BEGIN
    UPDATE browse SET bits = (bits & ~24576) | iif(new.problem IS NULL, 8192, 16384) WHERE image = new.id;
    DELETE FROM facts WHERE image = new.id AND old.label IS NOT new.label;
    UPDATE browse SET label = coalesce(new.label, -1), top = -1, confidence = -1, score = -1,
      bits = (bits & ~8064) | 128 | 1024
      WHERE image = new.id AND old.label IS NOT new.label;
  END;
`

/** For the migration only: nothing is known of any image yet but its label and its problem. */
const fill = `
  INSERT INTO browse_state VALUES (1, 1, 1, (SELECT max(number) FROM annotations WHERE status = 'done'));
  INSERT INTO browse
    SELECT (split << 32) + row_number() OVER (PARTITION BY split ORDER BY path) - 1, split, id,
      1 + 32 + 128 + 1024 + iif(problem IS NULL, 8192, 16384), coalesce(label, -1), -1, -1, -1
    FROM images;
`

export const browseTables = [
  tables,
  fill,
  browseTally,
  browseNames,
  browseIndexes,
  coveringIndexes,
  tallyTriggers,
  imageTrigger,
].join('')

const corrected = (row: 'new' | 'old', entries: string): string => `
    UPDATE browse SET bits = (bits & ~96) | iif(${entries}, 64, 32)
      WHERE image = ${row}.image AND ${row}.annotation = (SELECT annotation FROM browse_state);
    UPDATE browse_state SET version = version + 1;`

/** Once the table `corrections` is there: corrections of the current annotation mark their images. */
export const correctionTriggers = `
  CREATE TRIGGER corrections_added AFTER INSERT ON corrections BEGIN ${corrected('new', 'new.entries > 0')} END;
  CREATE TRIGGER corrections_changed AFTER UPDATE OF entries ON corrections
  WHEN (old.entries > 0) <> (new.entries > 0) BEGIN ${corrected('new', 'new.entries > 0')} END;
  CREATE TRIGGER corrections_removed AFTER DELETE ON corrections BEGIN ${corrected('old', '0')} END;
`

/**
 * Filters and sorts are answered from memory now, so the wide indexes go; readers are told which 1024 places changed (those
 * of a chunk of `browse_names`), and how far a switch of annotations is.
 */
export const browseChanges = `
  DROP INDEX browse_by_bits;
  DROP INDEX browse_by_label;
  DROP INDEX browse_by_top;
  DROP INDEX browse_by_confidence;
  DROP INDEX browse_by_score;
  ALTER TABLE browse_state ADD COLUMN filled INTEGER;
  CREATE TABLE browse_changes (chunk INTEGER PRIMARY KEY, version INTEGER NOT NULL);
  CREATE INDEX browse_changes_by_version ON browse_changes (version);
  ${noteTrigger}
`
