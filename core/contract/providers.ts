/** ONNX Runtime's execution providers, as far as this program offers them. */
import { z } from 'zod'

/** All of them; which ones a machine has is tried there. */
export const providers = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const
export const provider = z.enum(providers)
export type Provider = z.infer<typeof provider>
