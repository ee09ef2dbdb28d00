/** TEMP */
import type { Project } from '../../core/project/project.ts'
export const scoredImages = (_project: Project, _annotation: string): number => 0
