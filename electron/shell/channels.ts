/** Names of the messages between the renderer's preload script and the main process. */

export const channels = {
  pickFolder: 'desktop:pick-folder',
  pickFile: 'desktop:pick-file',
  showFolder: 'desktop:show-folder',
  command: 'desktop:command',
  backend: 'desktop:backend',
} as const
