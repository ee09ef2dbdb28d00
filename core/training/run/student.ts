/** The student of a recipe: a built-in one with new weights, or an ONNX classifier to fine-tune. */
import { existsSync } from 'node:fs'
import { fail } from '../../base/error.ts'
import type { Recipe } from '../../contract/recipe.ts'
import { readOnnx } from '../../graph/files/read.ts'
import type { OnnxModel } from '../../graph/model.ts'
import { prepareForTraining } from '../../graph/students/fine-tune.ts'
import { buildStudent, isStudentName, studentNames } from '../../graph/students/index.ts'

/**
 * Throws `usage` for a name that is neither a built-in student nor an .onnx file, `not-found` if that file is missing.
 */
export function checkStudent(student: string): void {
  if (isStudentName(student)) return
  if (!student.endsWith('.onnx'))
    fail(
      'usage',
      `there is no student ${student}; choose one of ${studentNames.join(', ')}, or give the path of an .onnx file`,
    )
  if (!existsSync(student)) fail('not-found', `the student ${student} does not exist`, { file: student })
}

/** The model in inference form, and notes about it. Rejects with `usage` for a name that is neither. */
export async function openStudent(
  recipe: Pick<Recipe, 'student' | 'size' | 'seed'>,
  classes: number,
): Promise<{ model: OnnxModel; warnings: string[] }> {
  const { student, size, seed } = recipe
  if (isStudentName(student))
    return { model: buildStudent(student, { classes, input: [3, size, size], seed }), warnings: [] }
  checkStudent(student)
  return prepareForTraining(await readOnnx(student), { classes, seed })
}
