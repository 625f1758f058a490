/** The style sheet of the report: no colour says anything that no word says. */
export const pageStyle = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2024; --soft: #5b636b; --line: #d9dde1; --band: #f3f5f7;
  --pass: #e3f4e6; --pass-ink: #14602b; --fail: #fbdcdc; --fail-ink: #9b1616; --warn: #fdeccb; --warn-ink: #7a4a00;
  --info: #e0ecfb; --info-ink: #174f95; --none-ink: #6a7178; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e4e7ea; --soft: #9aa3ab; --line: #31373d;
  --band: #1d2125; --pass: #16331f; --pass-ink: #86d79c; --fail: #4a1b1d; --fail-ink: #ffa9a9; --warn: #422f0d;
  --warn-ink: #f3c778; --info: #16304f; --info-ink: #9cc6f8; --none-ink: #8f98a0; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 5rem; }
body { margin: 0 auto; max-width: 112rem; padding: 1.5rem 2rem 4rem; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .4rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
p { max-width: 46rem; margin: .4rem 0; }
a { color: inherit; text-underline-offset: .15em; }
code, pre { font: .86em/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.soft { color: var(--soft); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .8rem; padding: 0; margin: 1rem 0; }
.cards > li { list-style: none; border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .9rem; overflow-wrap: anywhere; }
.cards h3 { margin: 0; font-size: 1.05rem; } .cards p { margin: .2rem 0; }
.cards .version { font-size: .82rem; } .cards .passed { font-size: 1.1rem; margin-top: .5rem; }
.legend { display: grid; grid-template-columns: max-content 1fr; gap: .35rem .9rem; margin: 0; max-width: 60rem; align-items: baseline; }
.legend dd { margin: 0; color: var(--soft); }
.matrix { border-collapse: separate; border-spacing: 0; width: 100%; table-layout: fixed; min-width: calc(22rem + var(--columns) * 7rem); }
.matrix thead th + th { width: 7rem; padding-inline: .3rem; font-size: .78rem; overflow-wrap: anywhere; }
.matrix th, .matrix td { text-align: left; vertical-align: top; padding: .42rem .55rem; border-bottom: 1px solid var(--line); }
.matrix thead th { position: sticky; top: 0; z-index: 2; background: var(--paper); border-bottom: 2px solid var(--line);
  vertical-align: bottom; font-size: .92rem; }
.matrix .area th, .matrix .area td { background: var(--band); padding-top: .7rem; font-weight: 600; }
.matrix .area td { font-weight: 400; white-space: nowrap; font-size: .85rem; color: var(--soft); }
.matrix tbody th { font-weight: 400; }
.matrix .title { display: block; }
.matrix .where { display: block; font-size: .8rem; color: var(--soft); overflow-wrap: anywhere; }
.level { border: 1px solid var(--line); border-radius: .25rem; padding: 0 .3em; }
.o { display: inline-block; border-radius: .3rem; padding: .05rem .45rem; font-size: .86rem; white-space: nowrap; color: var(--none-ink); }
.pass { background: var(--pass); color: var(--pass-ink); }
.fail, .unexpected-pass { background: var(--fail); color: var(--fail-ink); font-weight: 600; }
.non-strict, .known-failure { background: var(--warn); color: var(--warn-ink); }
.info { background: var(--info); color: var(--info-ink); }
.matrix .notes td { padding-top: 0; }
.matrix .has-notes > * { border-bottom: 0; }
details { margin: .15rem 0; max-width: 100%; }
details:target { outline: 2px solid var(--info-ink); outline-offset: 3px; border-radius: .2rem; }
summary { cursor: pointer; font-size: .86rem; overflow-wrap: anywhere; }
details dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem .8rem; margin: .5rem 0 .5rem 1rem; font-size: .88rem; }
details dt { color: var(--soft); } details dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
pre { margin: .3rem 0 .8rem 1rem; padding: .6rem .8rem; background: var(--band); border-radius: .4rem; overflow-x: auto; }
pre .s { color: var(--info-ink); } pre .r { color: var(--pass-ink); }
@media (min-width: 60.01rem) {
  .matrix th:first-child { position: sticky; left: 0; z-index: 1; background: var(--paper); }
  .matrix thead th:first-child { z-index: 3; } .matrix .area th:first-child { background: var(--band); }
  .matrix .notes details { max-width: calc(100vw - 6rem); }
}
@media (max-width: 60rem) {
  body { padding: 1rem .9rem 3rem; }
  html { scroll-padding-top: 7.5rem; }
  .matrix, .matrix tbody { display: block; min-width: 0; } .matrix thead { display: none; }
  .matrix tr { display: flex; flex-wrap: wrap; gap: .3rem .35rem; border-bottom: 1px solid var(--line); padding: .55rem 0; }
  .matrix tr.has-notes { border-bottom: 0; padding-bottom: .1rem; }
  .matrix tr.notes { padding-top: .1rem; }
  .matrix tr.area { position: sticky; top: 0; z-index: 2; background: var(--band); margin: 0 -.9rem; padding: .5rem .9rem; }
  .matrix th, .matrix td, .matrix .area th, .matrix .area td { border: 0; padding: 0; }
  .matrix tr > th, .matrix .notes td { flex: 1 0 100%; min-width: 0; max-width: 100%; }
  .matrix td[data-of]::before { content: attr(data-of) " "; font-size: .78rem; color: var(--soft); }
  .matrix td { margin-right: .5rem; }
  .legend { grid-template-columns: 1fr; gap: .1rem; } .legend dd { margin-bottom: .5rem; }
  details dl { grid-template-columns: 1fr; margin-left: 0; gap: 0; } details dd { margin-bottom: .4rem; }
  pre { margin-left: 0; }
}
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 10px; padding: 0; max-width: none; }
  .matrix thead th { position: static; } .matrix tr { break-inside: avoid; } a { text-decoration: none; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
}`;
