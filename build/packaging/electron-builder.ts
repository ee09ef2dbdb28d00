/** How the desktop app is packed: the asar holds bundles only, the backend with its own Node lies beside it. */

import type { Configuration } from 'electron-builder'

const config: Configuration = {
  appId: 'studio.relabel.desktop',
  productName: 'Relabel Studio',
  copyright: 'Apache-2.0',
  directories: { output: 'dist/packages', buildResources: 'build/packaging/resources' },
  // The Electron side is bundled, so no package goes into the asar.
  files: [
    ...['dist/electron/**', 'dist/renderer/**', 'package.json', '!**/node_modules/**'],
    'resources/update-key.pem', // once there is one: docs/releasing.md
  ],
  extraMetadata: { main: 'dist/electron/main.js' },
  extraResources: [
    { from: 'dist/stage/${os}-${arch}', to: 'backend' },
    // electron-builder leaves a node_modules folder out unless it is named.
    { from: 'dist/stage/${os}-${arch}/node_modules', to: 'backend/node_modules' },
    // electron-updater looks here for the name of its folder.
    { from: 'build/packaging/resources/app-update.yml', to: 'app-update.yml' },
  ],
  asar: true,
  // The backend runs on plain Node with prebuilt modules; nothing is compiled against Electron.
  npmRebuild: false,
  nodeGypRebuild: false,
  publish: null,
  electronFuses: {
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    enableCookieEncryption: false, // the app keeps no cookies
    grantFileProtocolExtraPrivileges: false, // it uses app://
  },
  electronLanguages: ['en-US', 'zh-CN', 'ko'],
  linux: {
    target: ['AppImage', 'deb'],
    category: 'Science',
    synopsis: 'Relabel image data sets and train on them',
    executableName: 'relabel-studio',
  },
  deb: { depends: ['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1'] },
  // Node has a signature of its own, and its hash is in the asar by then.
  win: { target: ['nsis'], signExts: ['!node.exe'] },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
  mac: {
    target: ['dmg', 'zip'],
    category: 'public.app-category.developer-tools',
    hardenedRuntime: true,
    gatekeeperAssess: false,
    entitlements: 'build/packaging/resources/entitlements.mac.plist',
    entitlementsInherit: 'build/packaging/resources/entitlements.mac.plist',
  },
}

export default config
