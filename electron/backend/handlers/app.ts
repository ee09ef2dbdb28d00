/** The program itself: version, settings, devices, recent projects. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { HandlersOf } from '../context.ts'
import { appDevices } from './devices.ts'

export const appHandlers: HandlersOf<'app.info' | 'app.devices' | 'app.settings' | 'app.forget'> = {
  'app.info': (_, { version, home, sampleDir }) => ({
    version,
    node: process.version,
    platform: process.platform,
    home: home.dir,
    sample: { dir: sampleDir, exists: existsSync(join(sampleDir, 'project.db')) },
    recent: home.recent(),
    settings: home.settings(),
  }),
  'app.devices': (_, { signal }) => appDevices({ signal }),
  'app.settings': (input, { home, events }) => {
    const settings = home.change(input)
    events.emit('settings', settings)
    return settings
  },
  'app.forget': ({ dir }, { home }) => home.forget(dir),
}
