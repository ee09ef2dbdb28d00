/** ONNX Runtime's execution providers, as far as this program offers them. */
import { z } from 'zod'

/** All of them; which ones a machine has is tried there. */
export const providers = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const
// Marked pure, so that the page, which needs the names alone, is built without zod.
export const provider = /* @__PURE__ */ z.enum(providers)
export type Provider = z.infer<typeof provider>
