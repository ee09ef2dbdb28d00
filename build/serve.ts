/** `npm run serve -- PROJECT [--port N] [--home DIR] [--no-open]`: a project in the browser. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { hostInBrowser } from './browser-host.ts'
import { buildRenderer } from './fresh-renderer.ts'

const usage = 'usage: npm run serve -- PROJECT [--port N] [--home DIR] [--no-open]'

function parse(): { project: string | undefined; args: string[]; open: boolean } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '0' },
      home: { type: 'string' },
      'no-open': { type: 'boolean', default: false },
    },
  })
  if (positionals.length > 1) throw new Error(`one project at a time, not ${positionals.join(', ')}`)
  const args = ['--port', values.port, ...(values.home === undefined ? [] : ['--home', values.home])]
  return { project: positionals[0], args, open: !values['no-open'] }
}

try {
  const { project, args, open } = parse()
  buildRenderer()
  hostInBrowser([...args, ...(project === undefined ? [] : ['--project', resolve(project)])], { open })
} catch (error) {
  process.stderr.write(`relabel: ${error instanceof Error ? error.message : String(error)}\n${usage}\n`)
  process.exit(2)
}
