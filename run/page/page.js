'use strict';
(function () {
  const data = JSON.parse(document.getElementById('data').textContent);
  // Told apart also by who sees no red or green (Okabe and Ito), and in print by dashes and marks.
  const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#888888', '#e69f00', '#56b4e9', '#7f5f00', '#7a2fb0'];
  const dashes = ['', '7 4', '2 3', '9 3 2 3'];
  const titles = {epoch: 'epoch', round: 'round', seconds: 'training time, s', bytes: 'bytes sent by a node',
    simulated_seconds: 'simulated time of the cluster, s', test_accuracy: 'test accuracy of the mean model',
    test_loss: 'test loss of the mean model', train_loss: 'training loss', consensus_distance: 'consensus distance',
    objective: 'objective', node_accuracy_min: 'accuracy of the worst node', learning_rate: 'learning rate',
    gradient_dissimilarity: 'zeta^2 of the gradients', gradient_norm: 'norm of the gradient'};
  const axes = ['epoch', 'round', 'simulated_seconds', 'seconds', 'bytes'];
  const hidden = new Set();
  const make = (parent, name, attributes, text) => {
    const spaced = ['svg', 'g', 'path', 'line', 'text', 'circle', 'polygon', 'rect'].includes(name);
    const node = spaced ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
    for (const key in attributes || {}) node.setAttribute(key, attributes[key]);
    if (text !== undefined) node.textContent = text;  // never as HTML: names come from files
    return parent.appendChild(node);
  };
  const short = v => {
    if (v === null || !isFinite(v)) return '';
    const a = Math.abs(v);
    if (a >= 1e4) for (const [unit, size] of [['T', 1e12], ['G', 1e9], ['M', 1e6], ['k', 1e3]])
      if (a >= size) return +(v / size).toPrecision(3) + ' ' + unit;
    return a !== 0 && a < 1e-3 ? v.toExponential(1) : String(+v.toPrecision(4));
  };

  // With as many digits as the deviation makes sense of: its first two.
  const spread = (mean, std) => {
    if (!(std > 0)) return short(mean);
    const digits = 1 - Math.floor(Math.log10(std));
    return digits >= 0 && digits <= 6 && Math.abs(mean) < 1e6 ? mean.toFixed(digits) + ' ± ' + std.toFixed(digits)
      : short(mean) + ' ± ' + short(std);
  };

  // ---- curves ----

  const column = (g, name) => data.groups[g].columns[name];
  const columns = data.columns.filter(c => !axes.includes(c));
  const chart = document.getElementById('chart');
  const controls = make(chart, 'div', {class: 'controls'});
  const select = (label, options, chosen) => {
    const box = make(make(controls, 'label', {}, label + ' '), 'select');
    for (const o of options) make(box, 'option', {value: o}, titles[o] || o);
    box.value = chosen;
    box.addEventListener('change', draw);
    return box;
  };
  const y = select('y', columns, columns.includes('test_accuracy') ? 'test_accuracy' : columns[0]);
  const x = select('x', axes.filter(a => data.columns.includes(a)), 'epoch');
  const log = make(make(controls, 'label', {}, 'logarithmic '), 'input', {type: 'checkbox'});
  log.addEventListener('change', draw);
  const frame = make(chart, 'div', {class: 'chart'});
  const holder = make(frame, 'div');
  const legend = make(frame, 'ul', {class: 'legend'});
  const values = data.groups.map((group, g) => {
    const item = make(legend, 'li', {title: 'show or hide'});
    const swatch = make(item, 'svg', {width: 34, height: 10});
    make(swatch, 'line', {x1: 0, x2: 34, y1: 5, y2: 5, stroke: colour(g), 'stroke-width': 2.5,
      'stroke-dasharray': dash(g)});
    make(item, 'span', {}, group.label);
    item.addEventListener('click', () => {
      hidden.has(g) ? hidden.delete(g) : hidden.add(g);
      item.classList.toggle('off');
      draw();
    });
    return make(item, 'span', {class: 'value'});
  });
  function colour(g) { return colours[g % colours.length]; }
  function dash(g) { return dashes[Math.floor(g / colours.length) % dashes.length]; }

  // The points of a group's curve: matched by round.
  function points(g) {
    const ys = column(g, y.value), xs = column(g, x.value), out = [];
    if (!ys || !xs) return out;
    const at = new Map(xs.round.map((r, i) => [r, xs.mean[i]]));
    ys.round.forEach((r, i) => {
      if (at.has(r) && (!log.checked || ys.mean[i] > 0)) out.push({x: at.get(r), y: ys.mean[i], s: ys.std[i] || 0});
    });
    return out;
  }
  function ticks(low, high, logarithmic) {
    const out = [];
    if (logarithmic) {
      for (let p = Math.ceil(Math.log10(low)); p <= Math.floor(Math.log10(high)); p++) out.push(10 ** p);
      return out;
    }
    const raw = (high - low) / 6, unit = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map(m => m * unit).find(s => s >= raw);
    for (let t = Math.ceil(low / step) * step; t <= high + step * 1e-9; t += step) out.push(Math.abs(t) < step / 2 ? 0 : t);
    return out;
  }
  function draw() {
    const width = 720, height = 430, left = 70, right = 15, top = 15, bottom = 50;
    const shown = data.groups.map((_, g) => hidden.has(g) ? [] : points(g)), all = shown.flat();
    holder.textContent = '';
    const svg = make(holder, 'svg', {width, height, viewBox: `0 0 ${width} ${height}`, role: 'img'});
    svg.dataset.curves = shown.filter(p => p.length > 0).length;
    svg.dataset.points = all.length;
    values.forEach(v => { v.textContent = ''; });
    if (all.length === 0) return;
    const banded = shown.length <= 6 && !log.checked;
    let x0 = Math.min(...all.map(p => p.x)), x1 = Math.max(...all.map(p => p.x));
    let y0 = Math.min(...all.map(p => p.y - (banded ? p.s : 0))), y1 = Math.max(...all.map(p => p.y + (banded ? p.s : 0)));
    if (x1 === x0) x1 = x0 + 1;
    if (log.checked) { y0 /= 1.1; y1 *= 1.1; } else { const pad = (y1 - y0 || 1) * 0.04; y0 -= pad; y1 += pad; }
    const f = log.checked ? Math.log10 : v => v;
    const px = v => left + (v - x0) / (x1 - x0) * (width - left - right);
    const py = v => height - bottom - (f(v) - f(y0)) / (f(y1) - f(y0)) * (height - top - bottom);
    for (const t of ticks(x0, x1, false)) {
      make(svg, 'line', {class: 'grid', x1: px(t), x2: px(t), y1: top, y2: height - bottom});
      make(svg, 'text', {x: px(t), y: height - bottom + 18, 'text-anchor': 'middle'}, short(t));
    }
    for (const t of ticks(y0, y1, log.checked)) {
      make(svg, 'line', {class: 'grid', x1: left, x2: width - right, y1: py(t), y2: py(t)});
      make(svg, 'text', {x: left - 8, y: py(t) + 4, 'text-anchor': 'end'}, short(t));
    }
    make(svg, 'path', {class: 'axis', d: `M${left} ${top}V${height - bottom}H${width - right}`});
    make(svg, 'text', {x: (left + width - right) / 2, y: height - 8, 'text-anchor': 'middle'}, titles[x.value]);
    make(svg, 'text', {transform: `translate(16 ${(top + height - bottom) / 2}) rotate(-90)`, 'text-anchor': 'middle'},
      titles[y.value] || y.value);
    shown.forEach((p, g) => {
      if (p.length === 0) return;
      if (banded && p.some(q => q.s > 0))
        make(svg, 'polygon', {fill: colour(g), opacity: 0.15, points: p.map(q => `${px(q.x)},${py(q.y + q.s)}`)
          .concat(p.slice().reverse().map(q => `${px(q.x)},${py(q.y - q.s)}`)).join(' ')});
      make(svg, 'path', {fill: 'none', stroke: colour(g), 'stroke-width': 2, 'stroke-dasharray': dash(g),
        d: p.map((q, i) => `${i ? 'L' : 'M'}${px(q.x).toFixed(1)} ${py(q.y).toFixed(1)}`).join('')});
    });
    const cross = make(svg, 'line', {class: 'axis', y1: top, y2: height - bottom, visibility: 'hidden'});
    const dots = shown.map((_, g) => make(svg, 'circle', {r: 4, fill: colour(g), visibility: 'hidden'}));
    svg.addEventListener('mousemove', event => {
      const at = x0 + (event.offsetX - left) / (width - left - right) * (x1 - x0);
      cross.setAttribute('x1', px(at));
      cross.setAttribute('x2', px(at));
      cross.setAttribute('visibility', at >= x0 && at <= x1 ? 'visible' : 'hidden');
      shown.forEach((p, g) => {
        if (p.length === 0) return;
        const near = p.reduce((a, b) => Math.abs(b.x - at) < Math.abs(a.x - at) ? b : a);
        dots[g].setAttribute('cx', px(near.x));
        dots[g].setAttribute('cy', py(near.y));
        dots[g].setAttribute('visibility', 'visible');
        values[g].textContent = spread(near.y, near.s);
      });
    });
    svg.addEventListener('mouseleave', () => {
      cross.setAttribute('visibility', 'hidden');
      dots.forEach(d => d.setAttribute('visibility', 'hidden'));
      values.forEach(v => { v.textContent = ''; });
    });
  }

  // ---- the table ----

  const figures = [['test_accuracy', 'accuracy', 1], ['node_accuracy_min', 'worst node', 1], ['test_loss', 'test loss', -1],
    ['objective', 'objective', -1], ['consensus_distance', 'consensus', 0], ['rounds', 'rounds', 0],
    ['rounds_to_target', 'rounds to target', -1], ['simulated_seconds', 'cluster s', -1], ['seconds', 's', -1],
    ['bytes_per_node', 'bytes a round', 0]];
  function table() {
    const place = document.getElementById('table');
    const cells = data.groups.map((_, g) => figures.map(([key]) => {
      const list = data.runs.filter(r => r.group === g && typeof r.summary[key] === 'number').map(r => r.summary[key]);
      const mean = list.reduce((a, b) => a + b, 0) / list.length;
      const std = Math.sqrt(list.reduce((a, b) => a + (b - mean) ** 2, 0) / (list.length - 1));
      return list.length ? {mean, std: list.length > 1 ? std : 0} : null;
    }));
    const used = figures.map((_, f) => cells.some(row => row[f]));
    const t = make(place, 'table'), head = make(t, 'tr');
    make(head, 'th', {class: 'name'}, data.keys.join(', ') || 'run');
    make(head, 'th', {}, 'runs');
    figures.forEach(([, title], f) => used[f] && make(head, 'th', {}, title));
    cells.forEach((row, g) => {
      const line = make(t, 'tr');
      make(line, 'td', {class: 'name'}, data.groups[g].label);
      make(line, 'td', {}, String(data.runs.filter(r => r.group === g).length));
      figures.forEach(([, , better], f) => {
        if (!used[f]) return;
        const all = cells.map(r => r[f]).filter(c => c).map(c => better * c.mean);
        const best = row[f] && better && cells.length > 1 && better * row[f].mean === Math.max(...all);
        make(line, 'td', best ? {class: 'best'} : {},
          row[f] ? spread(row[f].mean, row[f].std) : '');
      });
    });
  }

  // ---- who has what ----

  function split() {
    const s = data.split, place = document.getElementById('split');
    if (!s || !Array.isArray(s.histogram) || s.nodes * s.classes > 20000) return;
    const cell = Math.max(4, Math.min(22, 700 / s.nodes)), left = 90;
    const most = Math.max(1, ...s.histogram.flat());
    const figure = make(place, 'figure');
    const svg = make(figure, 'svg', {width: left + s.nodes * cell + 10, height: s.classes * cell + 40});
    s.histogram.forEach((row, i) => row.forEach((count, c) => count > 0 && make(make(svg, 'circle', {
      cx: left + (i + 0.5) * cell, cy: (s.classes - c - 0.5) * cell + 5, r: Math.sqrt(count / most) * cell * 0.49,
      fill: '#0072b2'}), 'title', {}, `node ${i}, class ${c}: ${count}`)));
    for (let c = 0; c < s.classes && s.classes <= 40; c++)
      make(svg, 'text', {x: left - 8, y: (s.classes - c - 0.5) * cell + 9, 'text-anchor': 'end'},
        s.class_names ? s.class_names[c].slice(0, 12) : String(c));
    for (let i = 0; i < s.nodes; i += Math.ceil(s.nodes / 16))
      make(svg, 'text', {x: left + (i + 0.5) * cell, y: s.classes * cell + 20, 'text-anchor': 'middle'}, String(i));
    make(svg, 'text', {x: left + s.nodes * cell / 2, y: s.classes * cell + 36, 'text-anchor': 'middle'}, 'node');
    make(figure, 'figcaption', {}, `${s.split} of ${s.data}: training samples of each class at each node; distance of ` +
      `label laws to the whole (Jensen-Shannon) ${short(s.js_mean)}`);
  }

  // ---- what was asked for ----

  function configuration() {
    const t = make(document.getElementById('configuration'), 'table'), head = make(t, 'tr');
    ['option', 'value', 'default'].forEach(h => make(head, 'th', {class: 'name'}, h));
    const rank = o => data.keys.includes(o.key) ? 0 : o.value !== o.standard ? 1 : 2;
    data.options.slice().sort((a, b) => rank(a) - rank(b)).forEach(o => {
      const line = make(t, 'tr', rank(o) < 2 ? {class: 'changed'} : {});
      make(line, 'td', {class: 'name'}, o.key);
      make(line, 'td', {class: 'name'}, data.keys.includes(o.key) ? 'varies' : o.value);
      make(line, 'td', {class: 'name'}, o.standard);
    });
  }

  draw();
  table();
  split();
  configuration();
  document.body.dataset.ready = 'yes';
})();
