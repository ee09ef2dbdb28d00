/**
 * Before every test file: property tests draw the same cases every time, so that a failure is the change's
 * (`FC_SEED=7 npm run vitest` draws others), and tests that load ONNX Runtime themselves do so with its reports off.
 */
import '../core/engine/no-usage-reports.ts'
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 2021) })
