/** The little Markdown of the senders' pages: headings, paragraphs, code, lists, tables. Never markup of its own. */

import {html} from "../core/view.js";

/** @param {{text: string}} props */
export function Markdown({text}) {
  const blocks = text.split(/(```[\s\S]*?```)/).flatMap((part) => (part.startsWith("```") ? [part] : part.split(/\n{2,}/)));
  return html`<div class="prose">${blocks.map((it) => it.trim()).filter(Boolean).map((it, place) => html`<${Block} key=${place} text=${it} />`)}</div>`;
}

/** @param {{text: string}} props */
function Block({text}) {
  if (text.startsWith("```")) return html`<pre tabindex="0"><code>${text.replace(/^```.*\n|\n?```$/g, "")}</code></pre>`;
  if (text.startsWith("#")) return html`<h3>${inline(text.replace(/^#+ /, ""))}</h3>`;
  const lines = text.split("\n");
  if (text.startsWith("|")) {
    const [head = [], , ...rows] = lines.map((line) => line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|")));
    return html`<div class="wide-table" tabindex="0" role="group" aria-label="Table"><table><thead><tr>${head.map((cell, place) => html`<th key=${place} scope="col">${inline(cell)}</th>`)}</tr></thead>
      <tbody>${rows.map((row, place) => html`<tr key=${place}>${row.map((cell, column) => html`<td key=${column}>${inline(cell)}</td>`)}</tr>`)}</tbody></table></div>`;
  }
  if (/^([-*]|\d+\.) /.test(text)) {
    const items = text.split(/\n(?=(?:[-*]|\d+\.) )/);
    return html`<ul>${items.map((item, place) => html`<li key=${place}>${inline(item.replace(/^([-*]|\d+\.) /, ""))}</li>`)}</ul>`;
  }
  return html`<p>${inline(text)}</p>`;
}

/** @param {string} text */
function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*|\[[^\]]+\]\(https?:[^)\s]+\))/).map((part, place) => {
    if (/^`.+`$/s.test(part)) return html`<code key=${place}>${part.slice(1, -1)}</code>`;
    if (/^\*\*.+\*\*$/s.test(part)) return html`<b key=${place}>${part.slice(2, -2)}</b>`;
    if (/^\*.+\*$/s.test(part)) return html`<em key=${place}>${part.slice(1, -1)}</em>`;
    const link = /^\[(.+)\]\((https?:.+)\)$/s.exec(part);
    return link ? html`<a key=${place} href=${link[2]} rel="noreferrer" target="_blank">${link[1]}</a>` : part;
  });
}
