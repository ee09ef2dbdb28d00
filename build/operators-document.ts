/** Writes docs/operators.md from the table of operators: `node build/operators-document.ts`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format, type Options } from 'prettier'
import { type OperatorRow, operatorTable } from '../core/graph/operators/table.ts'

const file = new URL('../docs/operators.md', import.meta.url)
const settings = new URL('../.prettierrc.json', import.meta.url)

const intro = `# Operators

The ONNX operators that this program supports, and what it can do with each. \`node build/operators-document.ts\` generates this
page from the code (\`core/graph/operators\`); a test checks that it is up to date.

- **Shape**: shape inference computes the shape of the result. It supports every operator on this page.
- **Fold**: if the inputs are known (constants, and values that follow from shapes), the result is computed when the model is
  read.
- **Gradient**: students may use it on images and weights. An operator without a gradient is allowed if its result can be
  computed in advance.
- **Per cell**: how it is converted in the head of an annotator. *axes*: it only renames axes, so it is removed; *features*: it
  is applied to the features of every cell; *activation*: likewise, but the mean of the map then only approximates the logits. A
  head with any other operator is refused.
- **CPU**: a test runs it on ONNX Runtime's CPU provider, compares its shape and folded result, and compares its gradient with
  differences in double precision.

Other devices (CUDA, DirectML, CoreML, WebGPU) and TensorFlow.js are **not tested**: the graphs consist of standard operators and
should run wherever the engine has kernels for them, but no test has compared results.
`

const yes = (value: boolean): string => (value ? 'yes' : '')

const row = ({ name, fold, gradient, perCell, provenOn }: OperatorRow): string =>
  `| ${name} | yes | ${yes(fold)} | ${yes(gradient)} | ${perCell ?? ''} | ${yes(provenOn.includes('cpu'))} |`

/** The page, formatted by prettier. */
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
