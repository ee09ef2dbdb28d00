/** A real browser for tests that look at what is drawn: the system's Chromium, headless, with a fresh profile. */
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Path of a Chromium or Chrome on this machine (CHROMIUM names another); undefined: tests that need one are skipped. */
export const browserPath: string | undefined = places.find(path => path !== undefined && existsSync(path))

/** How it is started. */
export const browserOptions = {
  executablePath: browserPath ?? '',
  args: [
    '--no-sandbox', // tests run as root in containers
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
}

/** Starts one of its own; the caller closes it. */
export const openBrowser = (): Promise<Browser> => chromium.launch(browserOptions)
