/** The open project as the page sees it. */
import type { AnnotationInfo, ProjectInfo } from '../../core/contract/api/project.ts'
import type { Manifest } from '../../core/contract/manifest.ts'
import { listAnnotations, type AnnotationRow } from '../../core/project/annotations.ts'
import { damageOf } from '../../core/project/check.ts'
import { measuredCount } from '../../core/project/browse/measures.ts'
import { countRuns, currentAnnotation, splitTotals } from '../../core/project/overview.ts'
import type { Project } from '../../core/project/project.ts'

/** An annotation in a list. */
export function annotationInfo(project: Project, row: AnnotationRow): AnnotationInfo {
  const manifest = (row.manifest ?? {}) as Partial<Manifest>
  const { split } = (row.config ?? {}) as { split?: unknown }
  return {
    id: row.id,
    status: row.status,
    created: row.created,
    split: typeof split === 'string' ? split : '',
    annotator: manifest.annotator?.file ?? '',
    size: manifest.preprocessing?.height ?? 0,
    topK: manifest.topK ?? 0,
    classes: manifest.classes?.length ?? 0,
    error: manifest.annotator?.surgery?.error ?? null,
    scored: measuredCount(project, row.id),
    sure: row.sure,
  }
}

/** The summary of a project. */
export function projectInfo(
  project: Project,
  about: { readonly: string | null; sample: boolean },
): ProjectInfo {
  const splits = splitTotals(project)
  return {
    dir: project.dir,
    name: project.name,
    readonly: about.readonly,
    sample: about.sample,
    classes: project.classes.length,
    classesVersion: project.classesVersion,
    images: splits.reduce((sum, split) => sum + split.images, 0),
    splits,
    annotations: listAnnotations(project).map(row => annotationInfo(project, row)),
    annotation: currentAnnotation(project)?.id ?? null,
    runs: countRuns(project),
    damage: damageOf(project),
  }
}
