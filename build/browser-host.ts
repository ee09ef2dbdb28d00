/** The browser host: runs the backend on a local port, prints its address and, if there is a desktop, opens it. */
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { rendererDir } from './fresh-renderer.ts'
import { endWithLauncher } from '../electron/tasks/process/end-with-launcher.ts'
import { exitCode, passSignals } from './pass-signals.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Whether a browser can be expected to open for the user. */
function hasDesktop(): boolean {
  if (!process.stdout.isTTY) return false
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])
}

/** Opens an address in the user's browser; silent if there is none. */
function openBrowser(url: string): void {
  const commands: Partial<Record<NodeJS.Platform, [string, string[]]>> = {
    darwin: ['open', [url]],
    win32: ['rundll32', ['url.dll,FileProtocolHandler', url]],
  }
  const [command, args] = commands[process.platform] ?? ['xdg-open', [url]]
  const started = spawn(command, args, { stdio: 'ignore', detached: true })
  started.on('error', () => {})
  started.unref()
}

/** Runs the backend until it ends; `args` are its options besides the renderer. Exits with its exit code. */
export function hostInBrowser(args: readonly string[], options: { open: boolean }): void {
  const port = args.includes('--port') || args.includes('--socket') ? [] : ['--port', '0']
  const child = spawn(
    process.execPath,
    [
      join(root, 'electron', 'backend', 'main.ts'),
      ...port,
      '--renderer',
      rendererDir,
      '--with-parent',
      ...args,
    ],
    // Nothing is written to its stdin, which closes when we exit, and the backend exits with it.
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  child.stdin.on('error', () => {})
  endWithLauncher()
  passSignals(child)
  createInterface({ input: child.stdout }).on('line', line => {
    const { url } = readyOf(line)
    if (url === undefined) return
    process.stdout.write(`Relabel Studio is at ${url}\n(only on this machine; press Ctrl-C to stop)\n`)
    if (options.open && hasDesktop()) openBrowser(url)
  })
  child.on('close', (code, signal) => process.exit(exitCode(code, signal)))
}

function readyOf(line: string): { url?: string } {
  try {
    return JSON.parse(line) as { url?: string }
  } catch {
    return {}
  }
}
