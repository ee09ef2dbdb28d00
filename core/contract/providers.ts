/** The execution providers of ONNX Runtime that this program offers. */
import { z } from 'zod'

/** All of them; each machine tests which ones it has. */
export const providers = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const
// Marked pure, so that the page, which needs the names alone, is built without zod.
export const provider = /* @__PURE__ */ z.enum(providers)
export type Provider = z.infer<typeof provider>
