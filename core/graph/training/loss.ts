/** Cross entropy with soft targets, fused with log-softmax. */
import { add, mul, reduce, scale, sub, unary, type Writer } from '../writer.ts'

/**
 * L = mean over the batch of −Σ t·log softmax(z), for z, t [B, classes]; dL/dz = (Σt·softmax(z) − t)/B.
 * With ε > 0 the target is (1 − ε)·t + ε/classes (Szegedy et al. 2016, section 7).
 */
export function softTargetLoss(
  w: Writer,
  logits: string,
  targets: string,
  smoothing: number,
): { loss: string; gradient: string } {
  const [batch, classes] = w.shape(logits) as [number, number]
  const t =
    smoothing === 0 ? targets : add(w, scale(w, targets, 1 - smoothing), w.scalar(smoothing / classes))
  const logSoftmax = w.emit('LogSoftmax', [logits], [batch, classes], { axis: 1 })
  const total = reduce(w, 'ReduceSum', mul(w, t, logSoftmax), [0, 1], false)
  const softmax = unary(w, 'Exp', logSoftmax)
  const mass = reduce(w, 'ReduceSum', t, [1])
  return {
    loss: scale(w, total, -1 / batch),
    gradient: scale(w, sub(w, mul(w, softmax, mass), t), 1 / batch),
  }
}
