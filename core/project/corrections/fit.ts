/** Refuses an edit of cells or classes that its label map does not have. */
import { fail } from '../../base/error.ts'
import type { Edit } from '../../contract/api/corrections.ts'

/** The size of a label map. */
export interface MapExtent {
  /** H · W of the map. */
  cells: number
  /** Number of map classes: the annotator's, then one for each of the project's. */
  classes: number
}

/** Fails with `mismatch`, naming the first cell or class that the map does not have. */
export function checkEditFits({ changes }: Pick<Edit, 'changes'>, extent: MapExtent): void {
  const wrong = changes.find(change => change.cell >= extent.cells || change.class >= extent.classes)
  if (wrong)
    fail(
      'mismatch',
      `the edit changes class ${wrong.class} in cell ${wrong.cell}, but the label map has ${extent.cells} cells and ` +
        `${extent.classes} classes; open the image again`,
      { cell: wrong.cell, class: wrong.class, ...extent },
    )
}
