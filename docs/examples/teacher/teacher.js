/** The pupil predicts what the code prints; only then is it approved, and the two are compared. */

const agent = document.querySelector('codeact-agent');
const [begin, predict] = document.querySelectorAll('form');
const verdict = document.querySelector('#verdict');
const lines = (text) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim());

let approve = () => {};
let printed = '';
let guess = [];

agent.options = {
  instructions:
    'You teach beginners. Write one short program that prints up to five lines and fits the theme, and nothing that ' +
    'takes long. In the next step answer with one sentence that explains it.',
};

begin.addEventListener('submit', async (event) => {
  event.preventDefault();
  begin.querySelector('button').disabled = true;
  printed = '';
  guess = [];
  verdict.textContent = 'Writing…';
  try {
    const { text, error } = await agent.run(`A program about ${begin.querySelector('input').value}.`);
    verdict.textContent += error ? ` ${error.message}` : ` ${text}`;
  } catch (error) {
    verdict.textContent = error.message; // the run could not begin
  } finally {
    begin.querySelector('button').disabled = false;
    predict.hidden = true;
  }
});

// Only the program is predicted: what follows it is the answer.
agent.addEventListener('codeact-approval', (event) => {
  event.preventDefault();
  if (guess.length) return event.detail.approve();
  approve = event.detail.approve;
  verdict.textContent = '';
  document.querySelector('#code').textContent = event.detail.card.code;
  predict.hidden = false;
  predict.querySelector('textarea').value = '';
  predict.querySelector('textarea').focus();
});

predict.addEventListener('submit', (event) => {
  event.preventDefault();
  guess = lines(predict.querySelector('textarea').value);
  predict.hidden = true;
  approve();
});

agent.addEventListener('codeact-output', ({ detail }) => {
  for (const { stream, text } of detail.chunks ?? []) if (stream === 'stdout') printed += text;
});

agent.addEventListener('codeact-step', ({ detail }) => {
  if (detail.type !== 'step_finished' || verdict.textContent) return;
  const right = lines(printed).filter((line, at) => line === guess[at]).length;
  verdict.textContent = `You predicted ${right} of ${lines(printed).length} lines.`;
});
