/** The report's style sheet, for light and dark, without external resources. */

/** CSS of the whole page. */
export const style = `
:root { color-scheme: light dark; --paper: #fbfaf8; --card: #fff; --ink: #22201d; --soft: #6b665e; --line: #e4dfd7;
  --accent: #b4521e; --best: #fdf0e6;
  --c0: #b4521e; --c1: #1f6fb2; --c2: #3f8f4f; --c3: #8a4fb0; --c4: #c2921a; --c5: #c23b6b; --c6: #2a9d98; --c7: #7a6a58;
  --c8: #5a67c9; --c9: #7c9a2d; }
@media (prefers-color-scheme: dark) { :root { --paper: #171614; --card: #211f1c; --ink: #ece7df; --soft: #a49c90; --line: #3a3630;
  --accent: #f0935a; --best: #3a2a1e;
  --c0: #f0935a; --c1: #6fb3ee; --c2: #7fce8c; --c3: #c79be6; --c4: #e6bf55; --c5: #f08bb0; --c6: #66d0ca; --c7: #bda98f;
  --c8: #98a3f4; --c9: #b7d467; } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, sans-serif }
main { max-width: 1080px; margin: 0 auto; padding: 56px 24px 96px }
header h1 { font-size: 34px; line-height: 1.15; margin: 0 0 12px; letter-spacing: -.02em }
header p { font-size: 18px; max-width: 44em }
h2 { font-size: 22px; margin: 56px 0 8px; letter-spacing: -.01em }
p { max-width: 46em; margin: 8px 0 16px } .soft, figcaption { color: var(--soft); font-size: 14px }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { padding: 9px 14px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap }
th:first-child, td:first-child { text-align: left } thead th { font-size: 13px; color: var(--soft); font-weight: 600 }
tbody tr:last-child td { border-bottom: 0 } td.best { background: var(--best); color: var(--accent); font-weight: 650 }
td small { color: var(--soft) }
figure { margin: 0 } .chart { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px }
.charts { display: grid; gap: 16px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)) }
svg { display: block; width: 100%; height: auto } svg text { font-size: 12px; fill: var(--soft) }
.rule { stroke: var(--line); stroke-width: 1 } polyline { fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linejoin: round }
circle { fill: currentColor }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; margin-top: 8px }
.key i { display: inline-block; width: 14px; height: 4px; border-radius: 2px; background: currentColor; margin-right: 6px; vertical-align: middle }
.grid { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)) }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 6px } .pair img, .view img { width: 100%; display: block; image-rendering: pixelated; border-radius: 4px }
.view { position: relative } .view svg { position: absolute; inset: 0; height: 100% }
.view rect { fill: none; stroke: #fff; stroke-width: .9; vector-effect: non-scaling-stroke } .view rect.crop { stroke: #ffd23f; stroke-width: 3 }
.scenes { grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)) }
.regions path { fill: none; stroke-linejoin: round } .regions text { font-size: 12px; font-weight: 600 }
.regions .on-colour { fill: #101216 } .regions .on-dark { fill: #fff }
.class i { display: inline-block; width: 9px; height: 9px; border-radius: 50%; margin: 0 4px 0 2px; box-shadow: 0 0 0 1px rgb(0 0 0 / .35) }
.drawn { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 4px 0 0; padding: 0; list-style: none; font-size: 13px; color: var(--soft) }
.drawn b { color: var(--ink) }
.card p { margin: 8px 0 0; font-size: 14px } .crops { grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)) }
.bars { display: grid; gap: 2px; margin-top: 10px; font-size: 12px } .bars b { font-weight: 600 }
.bar { display: grid; grid-template-columns: 5.5em 1fr 3.6em; align-items: center; gap: 6px } .bar span:last-child { text-align: right; white-space: nowrap; color: var(--soft) }
.bar i { display: block; height: 9px; border-radius: 2px; background: currentColor; min-width: 1px } .bar.seen span:first-child { font-weight: 700 }
.c0 { color: var(--c0) } .c1 { color: var(--c1) } .c2 { color: var(--c2) } .c3 { color: var(--c3) } .c4 { color: var(--c4) }
.c5 { color: var(--c5) } .c6 { color: var(--c6) } .c7 { color: var(--c7) } .c8 { color: var(--c8) } .c9 { color: var(--c9) }
.bar span { color: var(--ink) } code { font-size: .92em }
`
