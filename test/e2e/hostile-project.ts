/** A project as an enemy would name it and with the images that nobody tests with, annotated and trained for one epoch. */
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import type { JobRequest } from '../../core/contract/api/jobs.ts'
import { importImageFolder } from '../../core/dataset/import.ts'
import { createProject } from '../../core/project/project.ts'
import { startQueue } from '../electron/backend/queue/start-queue.ts'
import { annotating, finish } from './template.ts'

/** Ten, one for each class of the sample's annotator. What would run sets `hacked` on the window. */
export const classNames = [
  '<img src=x onerror="window.hacked=1">',
  '<script>window.hacked=2</script>',
  '"double" \'single\' `back` & &amp; 100 %s %20 #part ?query=1 back\\slash',
  '\u202Egnp.exe looks like exe.png',
  '\u200Fשלום \u2067עולם\u202B ar-RTL',
  'ze\u200Bro\u200Dwidth\uFEFF',
  'two\nlines\r\n\tand a tab',
  'long '.repeat(2000),
  "{{ constructor.constructor('window.hacked=3')() }} @:start.title {n} | many",
  '__proto__',
]
const long = 'a'.repeat(251)
/** File names; each is a scene. On other systems than Linux fewer characters are allowed. */
export const fileNames = [
  ...(process.platform === 'win32'
    ? []
    : ['<img src=x onerror=window.hacked=4>.png', 'a"b\'c`.png', 'back\\slash.png', 'new\nline.png']),
  '100% #1 ?q=a&b;c.png',
  '\u202Egnp.exe.png',
  '\u200Fעברית.png',
  'zero\u200Bwidth.png',
  'x..%2f..%2fetc%2fpasswd.png',
  ' -rf space .png',
  `${long}.png`,
  join(...new Array<string>(6).fill('deep'.repeat(50)), '한국어 e\u0301 漢字.png'),
]
export const projectName = `<b onclick="hacked=5">Bold</b> \u202Edesrever ${'n'.repeat(3000)}`

/** Odd images by name: can it be shown? */
export const oddImages: Record<string, boolean> = {
  'odd-animated.gif': true,
  'odd-animated.webp': true,
  'odd-cmyk.jpg': true,
  'odd-empty.jpg': false,
  'odd-grey.png': true,
  'odd-rotated.jpg': true,
  'odd-sixteen.png': true,
  'odd-text.jpg': false,
  'odd-truncated.jpg': false,
  'odd-wide.png': true,
}

async function writeOdd(folder: string): Promise<void> {
  const at = (name: string): string => join(folder, name)
  const noise = (width: number, height: number) =>
    sharp({
      create: {
        width,
        height,
        channels: 3 as const,
        background: '#808080',
        noise: { type: 'gaussian', mean: 128, sigma: 40 },
      },
    })
  const frames = await sharp({ create: { width: 40, height: 120, channels: 3, background: '#c33' } })
    .raw()
    .toBuffer()
  const animated = () =>
    sharp(frames, { raw: { width: 40, height: 120, channels: 3, pageHeight: 40 }, limitInputPixels: false })
  await animated()
    .gif({ delay: [50, 50, 50] })
    .toFile(at('odd-animated.gif'))
  await animated()
    .webp({ delay: [50, 50, 50] })
    .toFile(at('odd-animated.webp'))
  await noise(60, 40).toColourspace('cmyk').jpeg().toFile(at('odd-cmyk.jpg'))
  writeFileSync(at('odd-empty.jpg'), '')
  await noise(50, 50).greyscale().png().toFile(at('odd-grey.png'))
  await noise(80, 40).withMetadata({ orientation: 6 }).jpeg().toFile(at('odd-rotated.jpg'))
  await noise(50, 50).toColourspace('rgb16').png().toFile(at('odd-sixteen.png'))
  writeFileSync(at('odd-text.jpg'), 'This is not an image.\n'.repeat(20))
  const whole = await noise(300, 300).jpeg().toBuffer()
  writeFileSync(at('odd-truncated.jpg'), whole.subarray(0, Math.floor(whole.length / 2)))
  await sharp({ create: { width: 30_000, height: 40, channels: 3, background: '#2a6' } })
    .png()
    .toFile(at('odd-wide.png'))
}

const folderOf = (index: number): string =>
  index === 0 && process.platform !== 'win32' ? classNames[0]! : `c${index}`

/** Makes it in `dir`; gives its folder. `scenes`: a folder of digit scenes. */
export async function hostileProject(dir: string, scenes: string): Promise<string> {
  const images = join(dir, 'images & <i>%23#?')
  const pictures = readdirSync(join(scenes, 'train'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.png'))
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
  fileNames.forEach((name, index) => {
    const to = join(images, folderOf(index % classNames.length), name)
    mkdirSync(dirname(to), { recursive: true })
    copyFileSync(pictures[index]!, to)
  })
  await writeOdd(join(images, folderOf(0)))
  const classes = join(dir, 'classes.json')
  writeFileSync(classes, JSON.stringify(classNames))

  const folder = join(dir, 'pro # ject % ? <u>')
  const project = createProject(folder, {
    name: projectName,
    classes: classNames.map((name, index) => ({ index, name, wnid: `c${index}` })),
  })
  await importImageFolder(project, { split: 'train', dir: images })
  const queue = startQueue({ project, emit: () => {} })
  if (annotating.kind !== 'annotate') throw new Error('no annotation is asked for')
  await finish(queue, { kind: 'annotate', request: { ...annotating.request, classes } })
  await finish(queue, { kind: 'score', annotation: 'a1' })
  const train: JobRequest = {
    kind: 'train',
    recipe: {
      student: 'digits_student',
      supervision: 'relabel',
      size: 32,
      epochs: 1,
      batch: 4,
      valSplit: null,
      threads: 1,
      workers: 1,
      evaluation: { mode: 'squash' },
    },
  }
  await finish(queue, train)
  await queue.close()
  project.close()
  return folder
}
