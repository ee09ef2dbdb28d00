/** Runs a preload script in a page: its `electron` is a shim over two bindings that lead to the stand-in's ipcMain. */

/** The init script for a page; `source` is the bundled preload (CommonJS). */
export function preloadScript(source: string): string {
  return `(() => {
    if (window !== window.top) return
    const listeners = new Map()
    window.__deliver = (channel, message) => {
      for (const listener of listeners.get(channel) ?? []) listener({}, message)
    }
    const ipcRenderer = {
      invoke: async (channel, ...args) => {
        const answer = await window.__invoke(channel, args)
        if (answer.ok) return answer.value
        throw new Error(answer.message)
      },
      on: (channel, listener) => {
        if (!listeners.has(channel)) listeners.set(channel, new Set())
        listeners.get(channel).add(listener)
      },
      off: (channel, listener) => listeners.get(channel)?.delete(listener),
    }
    const contextBridge = { exposeInMainWorld: (name, api) => { window[name] = api } }
    const process = { platform: 'linux' }
    const require = name => ({ electron: { ipcRenderer, contextBridge } })[name]
    const module = { exports: {} }
    ;((require, module, exports, process) => { ${source} })(require, module, module.exports, process)
    window.open = url => { window.__open(String(url)); return null }
  })()`
}
