/** Hands rain.csv to the agent with each question, and shows the answer as a table. */

const agent = document.querySelector('codeact-agent');
const form = document.querySelector('#ask');
const state = document.querySelector('#state');

// The answer must have this form; the agent is asked again until it has.
agent.options = {
  answer_schema: { type: 'array', items: { type: 'object' }, minItems: 1 },
  instructions: 'Answer with a list of dicts: the rows of a table, with the columns as keys.',
};

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  state.textContent = 'Working…';
  try {
    const csv = await (await fetch('rain.csv')).text();
    const question = `${form.querySelector('textarea').value}\nThe data is in /data/rain.csv.`;
    const { answer, error } = await agent.run(question, { files: [{ name: 'rain.csv', data: csv }] });
    state.textContent = error ? error.message : '';
    show(answer ?? []);
  } catch (error) {
    state.textContent = error.message; // the run could not begin
  } finally {
    button.disabled = false;
  }
});

/** @param {Record<string, unknown>[]} rows */
function show(rows) {
  const columns = Object.keys(rows[0] ?? {});
  const table = document.querySelector('#answer');
  table.replaceChildren(
    row(
      'th',
      columns,
      columns.map((each) => rows[0][each]),
    ),
    ...rows.map((each) => {
      const values = columns.map((column) => each[column]);
      return row('td', values, values);
    }),
  );
}

/** Numbers are set to the right. */
function row(tag, texts, values) {
  const made = document.createElement('tr');
  texts.forEach((text, at) => {
    const cell = Object.assign(document.createElement(tag), { textContent: String(text) });
    cell.classList.toggle('number', typeof values[at] === 'number');
    made.append(cell);
  });
  return made;
}
