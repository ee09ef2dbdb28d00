/**
 * What a person says of the classes. `merged` is the class it was merged into, which may be merged itself, and `root`
 * the one at the end of that chain, NULL where a class stands for itself; browsing knows roots only.
 */

const ofRoot = (on: string, name: string): string => `
  CREATE TRIGGER ${name} AFTER ${on} ON browse
  WHEN EXISTS (SELECT 1 FROM classes WHERE number = new.label AND root IS NOT NULL)
  BEGIN
    UPDATE browse SET label = (SELECT root FROM classes WHERE number = new.label) WHERE place = new.place;
  END;
`

export const classSettings = `
  ALTER TABLE classes ADD COLUMN also TEXT;
  ALTER TABLE classes ADD COLUMN short TEXT;
  ALTER TABLE classes ADD COLUMN colour TEXT;
  ALTER TABLE classes ADD COLUMN key TEXT;
  ALTER TABLE classes ADD COLUMN place REAL;
  ALTER TABLE classes ADD COLUMN merged INTEGER;
  ALTER TABLE classes ADD COLUMN root INTEGER;
  ${ofRoot('INSERT', 'browse_label_added')}
  ${ofRoot('UPDATE OF label', 'browse_label_changed')}
`
