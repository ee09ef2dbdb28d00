/** Takes a picture of a page for the documentation: `node test/e2e/shoot.ts PAGE.html PICTURE.png [WIDTH HEIGHT TOP]`. */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openBrowser } from './browser.ts'

const [page, picture, width = '1200', height = '900', top = '0'] = process.argv.slice(2)
if (!page || !picture)
  throw new Error('usage: node test/e2e/shoot.ts PAGE.html PICTURE.png [WIDTH HEIGHT TOP]')
const browser = await openBrowser()
const tab = await browser.newPage({ viewport: { width: Number(width), height: Number(height) } })
await tab.goto(pathToFileURL(resolve(page)).href)
await tab.evaluate(`scrollTo(0, ${Number(top)})`)
await tab.screenshot({ path: picture })
await browser.close()
