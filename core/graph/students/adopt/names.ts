/**
 * PyTorch's names for what an exporter renamed: `onnx::Conv_193` of node `/layer1/layer1.0/conv1/Conv` is
 * `layer1.0.conv1.weight`.
 */
import type { Graph, Node } from '../../model.ts'
import { operatorOf } from '../../operators/index.ts'

/** What PyTorch calls the tensor at an input of a layer, such as `weight`. */
export function partName(of: Node, position: number): string | undefined {
  return operatorOf(of)?.torchNames?.[position]
}

/**
 * The module's path in a node name of PyTorch's exporter, where a step repeats the path of its container
 * (`/features/features.0/features.0.1/Conv` → `features.0.1`); undefined for other names.
 */
export function modulePath(of: Node): string | undefined {
  const steps = of.name.split('/')
  if (steps.length < 3 || steps[0] !== '') return undefined
  return steps
    .slice(1, -1)
    .reduce((path, step) => (path === '' || step.startsWith(`${path}.`) ? step : `${path}.${step}`), '')
}

/** PyTorch's name of input `position` of a node, or undefined if the node does not reveal it. */
export function parameterName(of: Node, position: number): string | undefined {
  const [path, part] = [modulePath(of), partName(of, position)]
  return path && part && `${path}.${part}`
}

/** Gives numbered initializers their PyTorch names, if the node reveals them and they are unused. Changes `graph`. */
export function restoreNames(graph: Graph): void {
  const renamed = new Map<string, string>()
  const taken = new Set([...graph.initializers.keys(), ...graph.nodes.flatMap(of => of.outputs)])
  for (const of of graph.nodes)
    of.inputs.forEach((name, position) => {
      if (renamed.has(name) || !graph.initializers.has(name) || !/^(onnx::\w+_)?\d+$/.test(name)) return
      const wanted = parameterName(of, position)
      // A Gemm without transB holds the transposed weight, which must not have the original's name.
      const transposed = of.op === 'Gemm' && position === 1 && of.attributes['transB']?.value !== 1
      if (!wanted || taken.has(wanted) || transposed) return
      renamed.set(name, wanted)
      taken.add(wanted)
    })
  for (const of of graph.nodes) of.inputs = of.inputs.map(name => renamed.get(name) ?? name)
  graph.initializers = new Map(
    [...graph.initializers].map(([name, tensor]) => [renamed.get(name) ?? name, tensor]),
  )
}
