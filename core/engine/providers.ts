/** Which execution providers this installation has, and whether they actually work. */
import { ort } from './runtime.ts'
import { fail } from '../base/error.ts'
import type { Provider } from '../contract/providers.ts'
import { floatValue, modelOf, node } from '../graph/node.ts'
import { openSession } from './session.ts'

/** An execution provider of ONNX Runtime; `bundled` ones are part of the installed package. */
export interface ProviderInfo {
  name: string
  bundled: boolean
}

/** All providers that the installed ONNX Runtime supports on this platform. */
export function listProviders(): ProviderInfo[] {
  return ort.listSupportedBackends().map(({ name, bundled }) => ({ name, bundled }))
}

/** Runs a one-operator model on a provider and checks its answer; resolves with the milliseconds of the run. */
export async function tryProvider(provider: Provider): Promise<number> {
  const model = modelOf({
    name: 'trial',
    nodes: [node('Relu', ['x'], ['y'])],
    inputs: [floatValue('x', [3])],
    outputs: [floatValue('y', [3])],
    values: [],
    initializers: new Map(),
  })
  const session = await openSession(model, { provider })
  try {
    const started = performance.now()
    const { y } = await session.run({ x: { shape: [3], data: Float32Array.of(-1, 0, 2) } })
    if (y?.data.join() !== '0,0,2')
      fail('unsupported', `the provider ${provider} gave ${y?.data.join()} for 0,0,2`)
    return performance.now() - started
  } finally {
    await session.close()
  }
}
