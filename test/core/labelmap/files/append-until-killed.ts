/**
 * A child process for the kill test: appends known maps and says after each how many are durable. The long lines fill
 * the pipe, so that it waits for whoever reads them and is never done before it can be killed.
 */
import { createLabelMapWriter } from '../../../../core/labelmap/files/index.ts'
import { manifestOf, mapOf } from './sample.ts'

const [dir, count, shardBytes] = process.argv.slice(2)
const writer = await createLabelMapWriter(dir!, {
  manifest: manifestOf('fp16'),
  logits: 'fp16',
  shardBytes: Number(shardBytes),
})
for (let i = 0; i < Number(count); i++) {
  const key = `train/n${String(i % 3).padStart(4, '0')}/image_${i}.jpg`
  if (writer.has(key)) continue
  await writer.append(key, mapOf(i), i % 2 ? { imageHash: 'ab'.repeat(32) } : {})
  if (i % 7 === 0) await writer.flush()
  process.stdout.write(`${' '.repeat(4000)}${writer.count}\n`)
}
await writer.finish()
