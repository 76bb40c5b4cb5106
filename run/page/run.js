// One run, which the reader chooses: its state, what its nodes received, its options.
(function () {
  const place = document.getElementById('run');
  const value = (run, option) => option.key in run.options ? run.options[option.key] : option.value;
  const seed = data.options.find(o => o.key === 'seed');
  const split = document.getElementById('split'), options = document.getElementById('options');

  // By group and seed, and where these are the same by folder.
  function names() {
    const plain = data.runs.map(run => (data.keys.length ? data.groups[run.group].label + ', ' : '') +
      'seed ' + value(run, seed));
    const count = new Map();
    for (const name of plain) count.set(name, (count.get(name) || 0) + 1);
    return plain.map((name, r) => count.get(name) > 1 ? `${name}, ${data.runs[r].folder}` : name);
  }

  const box = data.runs.length > 1 ? choice(make(place, 'div', {class: 'controls'}), 'run',
    names().map((name, r) => [r, name]), 0, draw) : {value: 0};
  const state = make(place, 'p', {class: 'sub'});

  function drawSplit(run) {
    const s = run.split === null ? null : data.splits[run.split];
    split.textContent = '';
    if (!s) {
      make(split, 'p', {}, 'Not on the page: the run has no split.json, or those of other runs took the room. ' +
        'grapevine split shows what its nodes receive.');
      return;
    }
    const figure = make(split, 'figure', {class: 'split'});
    const words = [`${s.data} by ${s.split}.`, `A node has ${short(s.size_min)} to ${short(s.size_max)} training ` +
      `samples, the median is ${short(s.size_median)}.`];
    if (Array.isArray(s.histogram)) {
      drawBubbles(figure, s);
      words.push('A dot\'s area is the number of samples of a class at a node; pointing at it shows the number.');
    } else if (s.classes > 0) {
      words.push(`Of ${s.classes} classes at ${s.nodes} nodes no picture can be read.`);
    }
    if (typeof s.js_mean === 'number')
      words.push(`How far the classes of a node are from those of all, 0 to 1 (Jensen-Shannon distance, mean of ` +
        `the nodes): ${short(s.js_mean)}.`);
    make(figure, 'figcaption', {}, words.join(' '));
  }

  function drawBubbles(figure, s) {
    const names = s.class_names ? s.class_names.map(n => n.length > 12 ? n.slice(0, 11) + '…' : n)
      : Array.from({length: s.classes}, (_, c) => String(c));
    const left = 30 + 7.5 * Math.max(...names.map(n => n.length)), room = (split.clientWidth || 720) - left - 10;
    const wide = Math.max(2, Math.min(26, room / s.nodes)), high = Math.max(wide, Math.min(18, 360 / s.classes));
    const width = Math.ceil(left + s.nodes * wide + 10), height = Math.ceil(s.classes * high + 45);
    const svg = make(figure, 'svg', {viewBox: `0 0 ${width} ${height}`, style: `width: ${width}px`, role: 'img',
      'aria-label': 'training samples of each class at each node'});
    const x = i => left + (i + 0.5) * wide, y = c => (s.classes - c - 0.5) * high + 5;
    const most = Math.max(1, ...s.histogram.map(row => Math.max(...row)));
    const radius = count => (Math.sqrt(count / most) * Math.min(wide, high) * 0.49).toFixed(2);
    s.histogram.forEach((row, i) => row.forEach((count, c) => count > 0 && make(make(svg, 'circle',
      {class: 'dot', cx: x(i).toFixed(1), cy: y(c).toFixed(1), r: radius(count)}),
      'title', {}, `node ${i}, class ${names[c]}: ${count}`)));
    for (let c = 0; c < s.classes; c += Math.ceil(13 / high))
      make(svg, 'text', {x: left - 8, y: y(c) + 4, 'text-anchor': 'end'}, names[c]);
    for (let i = 0; i < s.nodes; i += Math.ceil(26 / wide))
      make(svg, 'text', {x: x(i), y: s.classes * high + 22, 'text-anchor': 'middle'}, String(i));
    make(svg, 'text', {x: left + s.nodes * wide / 2, y: height - 5, 'text-anchor': 'middle'}, 'node');
    make(svg, 'text', {transform: `translate(14 ${5 + s.classes * high / 2}) rotate(-90)`, 'text-anchor': 'middle'},
      'class');
  }

  // Those that vary over the runs first, then what is not the default, then the rest; at last what is no part of
  // the experiment: where and how fast, what is written, which draw of chance.
  function drawOptions(run) {
    const rank = o => o.apart ? 3 : o.varies ? 0 : value(run, o) !== o.standard ? 1 : 2;
    const marks = ['varies over the runs', 'not the default', '', ''];
    for (const old of options.querySelectorAll('.scroll')) old.remove();
    const table = make(scrolling(options, 'options of the run'), 'table'), head = make(make(table, 'thead'), 'tr');
    const body = make(table, 'tbody');
    for (const title of ['option', 'value', 'default', '', 'what it is'])
      make(head, 'th', {class: 'name', scope: 'col'}, title);
    let apart = false;
    for (const o of data.options.slice().sort((a, b) => rank(a) - rank(b))) {
      if (o.apart && !apart)
        make(make(body, 'tr'), 'th', {class: 'name', colspan: 5}, 'no part of the experiment: where and how ' +
          'fast, what is written, the seed');
      apart = o.apart;
      const line = make(body, 'tr', rank(o) < 2 ? {class: 'changed'} : {});
      make(line, 'th', {class: 'name', scope: 'row', title: o.help}, o.key);
      make(line, 'td', {class: 'name text'}, value(run, o));
      make(line, 'td', {class: 'name text'}, o.standard);
      make(line, 'td', {class: 'name mark'}, marks[rank(o)]);
      make(line, 'td', {class: 'name text help'}, o.help);
    }
  }

  function draw() {
    const run = data.runs[box.value];
    state.textContent = `${run.folder}: ${run.state}`;
    drawSplit(run);
    drawOptions(run);
  }
  draw();
  window.addEventListener('beforeprint', () => { options.open = true; });
  document.body.dataset.ready = 'yes';
})();
