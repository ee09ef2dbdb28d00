/** The capabilities of each operator, as published in docs/operators.md. */
import { families } from './index.ts'
import type { PerCell } from './operator.ts'

/** One operator. Its shape is known for every operator of the table. */
export interface OperatorRow {
  /** `Op`, or `domain:Op` outside ONNX's own domain. */
  name: string
  family: string
  /** Precomputed if the inputs are known. */
  fold: boolean
  /** Students may use it on images and weights. */
  gradient: boolean
  /** How it is converted in an annotator's head; undefined: a head with it is refused. */
  perCell: PerCell['kind'] | undefined
  /**
   * Devices on which a test compares results: ONNX Runtime's CPU provider, for every operator. No other device has been
   * tested.
   */
  provenOn: readonly 'cpu'[]
}

/** All operators, by family. */
export function operatorTable(): OperatorRow[] {
  return Object.entries(families).flatMap(([family, operators]) =>
    operators.flatMap(({ names, fold, gradient, perCell }) =>
      names.map((name): OperatorRow => ({
        name,
        family,
        fold: fold !== undefined,
        gradient: gradient !== undefined,
        perCell: perCell?.kind,
        provenOn: ['cpu'],
      })),
    ),
  )
}
