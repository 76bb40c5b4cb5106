// What the parts of the page share: its data, elements, numbers.
const data = JSON.parse(document.getElementById('data').textContent);

const svgNames = new Set(['svg', 'g', 'path', 'line', 'text', 'circle', 'polygon']);
function make(parent, name, attributes, text) {
  const node = svgNames.has(name) ? document.createElementNS('http://www.w3.org/2000/svg', name)
    : document.createElement(name);
  for (const key in attributes || {}) node.setAttribute(key, attributes[key]);
  if (text !== undefined) node.textContent = text;  // never as HTML: names come from files
  return parent.appendChild(node);
}

// Black is the ink of the page, which a dark one has not black.
function pen(colour) { return `--pen: ${colour === '#000000' ? 'var(--ink)' : colour}`; }

// What a number is divided by, and what then stands behind it: [1000, ' k'], [1e-5, 'e-5'].
function scaleOf(value) {
  const size = Math.abs(value);
  if (size >= 1e4)
    for (const [unit, divisor] of [['T', 1e12], ['G', 1e9], ['M', 1e6], ['k', 1e3]])
      if (size >= divisor) return [divisor, ' ' + unit];
  if (size === 0 || size >= 1e-3) return [1, ''];
  const power = Math.floor(Math.log10(size) + 1e-12);
  return [10 ** power, 'e' + power];
}

function short(value) {
  if (value === null || value === undefined || !isFinite(value)) return '';
  const [divisor, behind] = scaleOf(value);
  return +(value / divisor).toPrecision(behind ? 3 : 4) + behind;
}

// With as many digits as the deviation makes sense of: its first two. One that is rounding alone is none.
function spread(mean, deviation) {
  if (!(deviation > 1e-9 * Math.abs(mean))) return short(mean);
  const [divisor, behind] = scaleOf(Math.max(Math.abs(mean), deviation));
  const off = Number((deviation / divisor).toPrecision(2));
  const digits = Math.max(0, 1 - Math.floor(Math.log10(off)));
  const text = (mean / divisor).toFixed(digits) + ' ± ' + off.toFixed(digits);
  return behind ? `(${text})${behind}` : text;
}

// A box that scrolls sideways, and can be reached by keys to do so.
function scrolling(parent, label) {
  return make(parent, 'div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label});
}

// A labelled select; options are [value, text].
function choice(parent, label, options, chosen, changed) {
  const box = make(make(parent, 'label', {}, label + ' '), 'select');
  for (const [value, text] of options) make(box, 'option', {value}, text);
  box.value = chosen;
  box.addEventListener('change', changed);
  return box;
}

function tick(parent, label, changed) {
  const holder = make(parent, 'label'), box = make(holder, 'input', {type: 'checkbox'});
  holder.append(' ' + label);
  box.addEventListener('change', changed);
  return box;
}
