/** Scripts that the benchmark runs in the page of the studio; strings, because this room has no DOM types. */

/** Injected into every page: waits for the shell and the grid, and records the maximum number of nodes. */
export const pageTools = `
  window.bench = (() => {
    const frame = () => new Promise(resolve => requestAnimationFrame(resolve))
    // What takes longer than this has failed; the backend's own messages say why.
    const late = what => new Promise((_, reject) => setTimeout(() => reject(new Error(what + ' took longer than 20 s')), 20000))
    const grid = () => document.querySelector('[data-test=grid]')
    const bench = { shell: null, cells: 0, nodes: 0 }
    const filled = () => {
      const cells = grid()?.querySelectorAll('[role=gridcell]') ?? []
      return cells.length > 0 && [...cells].every(cell => cell.dataset.id)
    }
    const watch = () => {
      bench.shell ??= document.querySelector('#content h1') ? performance.now() : null
      const now = grid()
      if (now) {
        bench.cells = Math.max(bench.cells, now.querySelectorAll('[role=gridcell],[role=row]').length)
        bench.nodes = Math.max(bench.nodes, now.querySelectorAll('*').length)
      }
      requestAnimationFrame(watch)
    }
    requestAnimationFrame(watch)
    bench.loaded = async () => {
      while (bench.shell === null) await frame()
      return bench.shell
    }
    // All cells in sight have their images' facts, and the frame that shows them has been drawn.
    bench.usable = () => Promise.race([late('showing the grid'), (async () => {
      while (!filled()) await frame()
      await frame()
      return performance.now()
    })()])
    bench.jump = async share => {
      const element = grid()
      const before = element.querySelector('[role=row]').getAttribute('aria-rowindex')
      const began = performance.now()
      element.scrollTop = share * (element.scrollHeight - element.clientHeight)
      while (element.querySelector('[role=row]')?.getAttribute('aria-rowindex') === before || !filled()) {
        if (performance.now() - began > 10000) throw new Error('the grid did not arrive at ' + share)
        await frame()
      }
      return performance.now() - began
    }
    // From a new address to the new answer on the screen.
    bench.query = async address => {
      const began = performance.now()
      const answered = new Promise(resolve => {
        const observer = new MutationObserver(() => {
          if (document.querySelector('[data-test=browse]')?.dataset.loading !== 'false') return
          observer.disconnect()
          resolve()
        })
        observer.observe(document.querySelector('[data-test=browse]'), { attributes: true, attributeFilter: ['data-loading'] })
      })
      location.hash = address
      await Promise.race([late(address), answered])
      if (grid()) await bench.usable()
      else await frame()
      return performance.now() - began
    }
    return bench
  })()
`

/** Opens a project and shows the grid; returns milliseconds. */
export const openProject = (dir: string): string => `(async () => {
  const began = performance.now()
  const response = await fetch('/api/call/project.open', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dir: ${JSON.stringify(dir)} }),
  })
  if (!response.ok) throw new Error(await response.text())
  location.hash = '/browse'
  return (await bench.usable()) - began
})()`
