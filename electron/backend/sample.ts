/** The built-in sample: created once in a separate process, and then a project like any other. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runJob } from '../tasks/process/run-job.ts'
import type { SampleConfig } from '../tasks/sample/job.ts'
import type { EventHub } from './events.ts'

const resource = (name: string): string =>
  fileURLToPath(new URL(`../../resources/sample/${name}`, import.meta.url))

/** Creates the sample if it does not exist yet, reporting progress; returns its folder. */
export async function ensureSample(dir: string, events: EventHub): Promise<string> {
  if (existsSync(join(dir, 'project.db'))) return dir
  const config: SampleConfig = {
    dir,
    files: [resource('digit-annotator.onnx'), resource('digit-classes.json')],
    scenes: { train: 1200, val: 300, test: 300 },
  }
  await runJob('sample', config, { onProgress: progress => events.emit('opening', progress) })
  return dir
}
