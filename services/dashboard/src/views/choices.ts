/** The form of choices. It works without scripts, too: it is sent as the address of the page. */
import { type Model, models } from '@rosi/attribution';
import { type Choices, modelMeanings, modelWords, periods, periodWords } from '../choices.js';
import type { Figures } from '../figures.js';
import { flag, type Html, html } from '../html.js';

export function choicesView(choices: Choices, figures: Figures): Html {
  const order = html`<input type="hidden" name="order" value="${choices.openOrder ?? ''}">`;
  return html`<form id="choices" method="get" action="/" aria-label="Choices">
<fieldset class="models"><legend>Models side by side</legend>
${models.map((model) => modelView(model, choices.models.includes(model)))}
</fieldset>
<div class="selects">
<span class="select"><label for="period">Period</label>
<select id="period" name="period">${periods.map(
    (period) =>
      html`<option value="${period}" ${flag('selected', period === figures.period)}>${periodWords[period]}</option>`,
  )}</select></span>
<span class="select"><label for="currency">Currency</label>
<select id="currency" name="currency">${figures.currencies.map(
    ({ currency }) =>
      html`<option value="${currency}" ${flag('selected', currency === figures.currency)}>${currency}</option>`,
  )}</select></span>
${choices.openOrder === null ? null : order}
<noscript><button type="submit">Show</button></noscript>
</div>
</form>`;
}

const modelView = (model: Model, isChosen: boolean): Html =>
  html`<label class="model" title="${modelMeanings[model]}"><input type="checkbox" name="model"
 id="model-${model}" value="${model}" ${flag('checked', isChosen)}> ${modelWords[model]}</label>`;
