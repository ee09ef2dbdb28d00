/** Looks for updates on the stand-in as often as the test asks for it, with the test's answers to the questions. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lookForUpdate } from '../../../../electron/shell/update/index.ts'

export interface Look {
  look: true
  version: string
  download: boolean
  restart: boolean
}

export interface Looked {
  outcome: string
  asked: string[]
}

const home = process.env['STAND_IN_HOME'] ?? ''

async function look({ version, download, restart }: Look): Promise<Looked> {
  const asked: string[] = []
  const answer = (name: string, yes: boolean) => (about: string) => {
    asked.push(`${name} ${about}`)
    return Promise.resolve(yes)
  }
  const outcome = await lookForUpdate({
    resources: home,
    appRoot: home,
    version,
    ask: { download: answer('download', download), restart: answer('restart', restart) },
    leave: then => Promise.resolve(then()),
  }).catch((error: unknown) => `failed: ${String(error)}`)
  return { outcome, asked }
}

// The same channel carries the orders of the stand-in, which takes what it does not know for something else.
process.removeAllListeners('message')
process.on('message', (message: Look) => void look(message).then(looked => process.send?.(looked)))
process.send?.({ ready: readFileSync(join(home, 'update.json'), 'utf8') !== '' })
