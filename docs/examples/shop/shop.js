/** The shop's own functions, and which of them the assistant may call. */

const GOODS = [
  { id: 'rake', name: 'Leaf rake', price: 18.5, pieces_left: 4 },
  { id: 'spade', name: 'Spade', price: 24, pieces_left: 0 },
  { id: 'tomato', name: 'Tomato seeds', price: 2.9, pieces_left: 60 },
  { id: 'bean', name: 'Bean seeds', price: 2.2, pieces_left: 35 },
];
/** Pieces by id. @type {Map<string, number>} */
const basket = new Map();

function search({ words }) {
  const wanted = words.toLowerCase().split(/\s+/);
  return GOODS.filter(({ name }) => wanted.some((word) => name.toLowerCase().includes(word)));
}

function addToBasket({ id, pieces }) {
  const found = GOODS.find((each) => each.id === id);
  if (!found) throw new RangeError(`There is nothing with the id ${id}.`);
  if (pieces > found.pieces_left) throw new RangeError(`Of ${found.name} there are only ${found.pieces_left} left.`);
  basket.set(id, pieces);
  return show();
}

function order() {
  if (!basket.size) throw new Error('The basket is empty.');
  document.querySelector('#order').textContent = `Ordered for ${euros(show())}. Thank you.`;
  basket.clear();
  return 'ordered';
}

const euros = (amount) => new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' }).format(amount);

/** Show the basket; gives its total. */
function show() {
  const rows = [];
  let total = 0;
  for (const [id, pieces] of basket) {
    const { name, price } = GOODS.find((each) => each.id === id);
    rows.push(row(`${pieces} × ${name}`, euros(pieces * price)));
    total += pieces * price;
  }
  rows.push(row('Total', euros(total)));
  document.querySelector('#basket').replaceChildren(...rows);
  return total;
}

function row(...texts) {
  const made = document.createElement('tr');
  made.append(...texts.map((text) => Object.assign(document.createElement('td'), { textContent: text })));
  made.lastElementChild.className = 'number';
  return made;
}

const goods = { type: 'array', items: { type: 'object' } };

document.querySelector('codeact-agent').tools = [
  {
    name: 'search',
    description: 'Goods with one of the words in their name: id, name, price in euros, pieces_left.',
    parameters: { properties: { words: { type: 'string' } }, required: ['words'] },
    returns: goods,
    handler: search,
  },
  {
    name: 'add_to_basket',
    description: "Put pieces of something into the customer's basket. Returns the basket's total in euros.",
    parameters: {
      properties: { id: { type: 'string' }, pieces: { type: 'integer', minimum: 1 } },
      required: ['id', 'pieces'],
    },
    returns: { type: 'number' },
    handler: addToBasket,
  },
  {
    name: 'order',
    description: 'Order what is in the basket. The customer is asked first.',
    approval: 'call',
    handler: order,
  },
];
