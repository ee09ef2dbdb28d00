/** Writes docs/operators.md from the table of operators: `node build/operators-document.ts`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format, type Options } from 'prettier'
import { type OperatorRow, operatorTable } from '../core/graph/operators/table.ts'

const file = new URL('../docs/operators.md', import.meta.url)
const settings = new URL('../.prettierrc.json', import.meta.url)

const intro = `# Operators

Which ONNX operators this program knows, and what it can do with each. This page is written from the code
(\`core/graph/operators\`) by \`node build/operators-document.ts\`; a test holds it to it.

- **Shape**: shape inference gives the shape of the result. It knows every operator of this page.
- **Fold**: where the inputs are known (constants, and what follows from shapes), the result is computed when the model is
  read.
- **Gradient**: students may use it on images and weights. An operator without one is allowed where it can be computed ahead.
- **Per cell**: what becomes of it in the head of an annotator. *axes*: it only renames axes, so that nothing is left of it;
  *features*: it is applied to the features of every cell; *activation*: likewise, but the mean of the map then only comes
  close to the logits. A head with any other operator is refused.
- **CPU**: a test runs it on ONNX Runtime's CPU provider and compares its shape and what is folded, and holds its gradient to
  differences in double precision.

Other devices (CUDA, DirectML, CoreML, WebGPU) and TensorFlow.js are **not proven**: the graphs consist of standard operators
and should run wherever the engine has kernels for them, but no test here has compared results.
`

const yes = (value: boolean): string => (value ? 'yes' : '')

const row = ({ name, fold, gradient, perCell, provenOn }: OperatorRow): string =>
  `| ${name} | yes | ${yes(fold)} | ${yes(gradient)} | ${perCell ?? ''} | ${yes(provenOn.includes('cpu'))} |`

/** The page as prettier formats it. */
export async function operatorsDocument(): Promise<string> {
  const table = operatorTable()
  const families = [...new Set(table.map(({ family }) => family))]
  const parts = families.map(family => {
    const rows = table.filter(operator => operator.family === family).map(row)
    const title = `${family[0]!.toUpperCase()}${family.slice(1)}`
    return [
      `## ${title}`,
      '',
      '| operator | shape | fold | gradient | per cell | CPU |',
      '| --- | --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n')
  })
  const options = JSON.parse(readFileSync(settings, 'utf8')) as Options
  return await format([intro, ...parts].join('\n\n'), { ...options, parser: 'markdown' })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(file, await operatorsDocument())
