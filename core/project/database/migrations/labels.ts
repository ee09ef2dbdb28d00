/**
 * Tables of given labels and truth as persons changed them: every step (a change of many images, its undo or redo), what
 * it did to each image, and what each image came with. `images.label` and `images.truth` are always the values in force.
 * A label is an integer; a truth is the JSON list of its classes; NULL is none.
 */
import { browseTally, browseTriggers } from './browse.ts'

/**
 * `version` counts the steps of a field from 1. In `label_edits`, `step` is the change that made the edit; `state` is 0: in
 * force, 1: undone, can be redone, 2: undone, and another change was made instead of redoing it. `label_splits` holds the
 * version of the newest step that touched a split.
 */
const tables = `
  CREATE TABLE label_steps (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    field TEXT NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    change INTEGER REFERENCES label_steps (number),
    author TEXT NOT NULL,
    time INTEGER NOT NULL,
    images INTEGER NOT NULL,
    UNIQUE (field, version)
  );
  CREATE TABLE label_edits (
    step INTEGER NOT NULL REFERENCES label_steps (number),
    image INTEGER NOT NULL REFERENCES images (id),
    before,
    after,
    state INTEGER NOT NULL,
    PRIMARY KEY (step, image)
  ) WITHOUT ROWID;
  CREATE INDEX label_edits_by_image ON label_edits (image);
  CREATE TABLE label_originals (
    field TEXT NOT NULL,
    image INTEGER NOT NULL REFERENCES images (id),
    value,
    PRIMARY KEY (field, image)
  ) WITHOUT ROWID;
  CREATE TABLE label_splits (
    field TEXT NOT NULL,
    split INTEGER NOT NULL REFERENCES splits (id),
    version INTEGER NOT NULL,
    PRIMARY KEY (field, split)
  ) WITHOUT ROWID;
  CREATE INDEX facts_unlisted ON facts (annotation, image) WHERE listed IS NULL;
`

/** `reviewScore` of `core/labelmap` where it is not known whether the label is listed; the same operations in order. */
const scoreWithoutListed = (label: string): string =>
  `iif(${label} IS NULL OR ${label} = top, 0, 0.25 * (0.5 + 0.5 * margin))
    + (0.15 * (1 - margin) + 0.1 * entropy + 0.1 * disputed)`

/** Bits 32768 and 65536 of `browse`: the label is the one that the image came with, or another one. */
const changedBit = (image: string, label: string): string => `
  iif(EXISTS (SELECT 1 FROM label_originals WHERE field = 'label' AND image = ${image} AND value IS NOT ${label}), 65536, 32768)`

/** The class that a label stands for. */
const root = 'coalesce((SELECT root FROM classes WHERE number = new.label), new.label)'

/** What is known of the whole map stays; whether it lists the new label is measured again. */
const labelTrigger = `
  CREATE TRIGGER images_changed AFTER UPDATE OF label, problem ON images
  WHEN old.label IS NOT new.label OR (old.problem IS NULL) <> (new.problem IS NULL)
  BEGIN
    UPDATE browse SET bits = (bits & ~24576) | iif(new.problem IS NULL, 8192, 16384) WHERE image = new.id;
    UPDATE facts SET listed = NULL, score = ${scoreWithoutListed(root)}
      WHERE old.label IS NOT new.label AND annotation IN (SELECT number FROM annotations) AND image = new.id;
    UPDATE browse SET label = coalesce(${root}, -1),
      score = coalesce((SELECT score FROM facts
        WHERE annotation = (SELECT annotation FROM browse_state) AND image = new.id), -1),
      bits = (bits & ~106368) | 1024 | ${changedBit('new.id', 'new.label')}
        | CASE WHEN new.label IS NULL OR top = -1 THEN 128 WHEN top = ${root} THEN 256 ELSE 512 END
      WHERE image = new.id AND old.label IS NOT new.label;
  END;
`

/** An import may bring another original. */
const originalTrigger = `
  CREATE TRIGGER label_originals_changed AFTER UPDATE OF value ON label_originals
  WHEN new.field = 'label' AND old.value IS NOT new.value
  BEGIN
    UPDATE browse SET bits = (bits & ~98304) | ${changedBit('new.image', '(SELECT label FROM images WHERE id = new.image)')}
      WHERE image = new.image;
  END;
`

const triggerNames = [...browseTriggers.matchAll(/TRIGGER (\w+)/g)].map(match => match[1]!)

export const labelTables = [
  tables,
  'DROP TRIGGER images_changed;',
  ...triggerNames.map(name => `DROP TRIGGER ${name};`),
  'UPDATE browse SET bits = bits | 32768;',
  browseTally,
  browseTriggers,
  labelTrigger,
  originalTrigger,
].join('')
