import {html} from "../core/view.js";

/**
 * @param {{caption: string, columns: string[], rows: {key: string, cells: import("../vendor/preact.js").Children[]}[]}} props
 *   caption: read aloud; on a phone each cell stands under the name of its column
 */
export function Table({caption, columns, rows}) {
  return html`<div class="panel"><table class="table"><caption class="unseen">${caption}</caption>
    <thead><tr>${columns.map((name) => html`<th key=${name} scope="col">${name}</th>`)}</tr></thead>
    <tbody>${rows.map(({key, cells}) => html`<tr key=${key}>${cells.map((cell, index) =>
      index ? html`<td key=${index} data-name=${columns[index]}>${cell}</td>` : html`<th key=${index} scope="row">${cell}</th>`)}</tr>`)}</tbody></table></div>`;
}
