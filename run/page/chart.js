// The curves: one a group, told apart by colour, marks and dashes, with values under the pointer or the arrow keys.
(function () {
  const place = document.getElementById('chart');
  if (!data.figures.length || !data.axes.length) {
    make(place, 'p', {}, 'Nothing was measured yet.');
    return;
  }
  // As in the pictures of `grapevine plot`: filled and open in turn; marks at most on so many points.
  const shapes = ['circle', 'square', 'up', 'diamond', 'square', 'down', 'diamond', 'circle', 'down', 'up'];
  const dashes = ['', '10 5', '10 4 3 4', '3 4'];
  const marksMost = 9, bandsMost = 6;
  const hidden = new Set();
  let lit = null;    // the group that is pointed at in the legend
  let view = null;   // what is drawn: curves with their places, and the places where there are values
  let cursor = null; // an index of these; null: the ends of the curves

  // ---- controls ----

  const controls = make(place, 'div', {class: 'controls'});
  function axis(name, list, usual) {
    const box = make(controls, 'span', {class: 'axis-choice'});
    const chosen = list.some(f => f.name === usual) ? usual : list[0].name;
    return [choice(box, name, list.map(f => [f.name, f.label]), chosen, draw), tick(box, 'logarithmic', draw)];
  }
  const [y, logY] = axis('y', data.figures, 'test_accuracy');
  const [x, logX] = axis('x', data.axes, 'epoch');
  const label = (list, box) => list.find(f => f.name === box.value).label;

  const frame = make(place, 'div', {class: 'chart'});
  const holder = make(frame, 'div', {class: 'holder'});
  const side = make(frame, 'div', {class: 'side'});
  const caption = make(place, 'p', {class: 'sub'});
  const head = make(side, 'p', {class: 'legend-head'});
  make(head, 'span', {}, data.keys.join(', '));
  const where = make(head, 'span', {class: 'value', 'aria-live': 'polite'});
  const legend = make(side, 'ul', {class: 'legend'});
  const values = data.groups.map((group, g) => {
    const item = make(make(legend, 'li'), 'button',
      {type: 'button', 'aria-pressed': 'true', title: 'show or hide'});
    const swatch = make(item, 'svg',
      {width: 44, height: 12, class: 'pen', style: pen(group.colour), 'aria-hidden': 'true'});
    make(swatch, 'path', {class: 'line', d: 'M0 6H44', 'stroke-dasharray': dashes[g % dashes.length]});
    make(swatch, 'path', {class: g % 2 ? 'mark open' : 'mark', d: mark(g, 22, 6)});
    make(item, 'span', {class: 'label'}, group.label);
    item.addEventListener('click', () => {
      hidden.has(g) ? hidden.delete(g) : hidden.add(g);
      item.setAttribute('aria-pressed', String(!hidden.has(g)));
      draw();
    });
    for (const on of ['pointerenter', 'focus']) item.addEventListener(on, () => light(g));
    for (const off of ['pointerleave', 'blur']) item.addEventListener(off, () => light(null));
    return make(item, 'span', {class: 'value'});
  });

  function light(g) {
    lit = g;
    const svg = holder.firstChild;
    svg.classList.toggle('dim', g !== null && data.groups.length > 1);
    for (const part of svg.querySelectorAll('[data-group]'))
      part.classList.toggle('lit', Number(part.dataset.group) === g);
  }

  function mark(g, cx, cy) {
    const r = g % 2 ? 4.2 : 3.8, at = (dx, dy) => `${(cx + dx * r).toFixed(1)} ${(cy + dy * r).toFixed(1)}`;
    switch (shapes[g % shapes.length]) {
      case 'circle': return `M${at(-1, 0)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
      case 'square': return `M${at(-0.9, -0.9)}L${at(0.9, -0.9)}L${at(0.9, 0.9)}L${at(-0.9, 0.9)}Z`;
      case 'up': return `M${at(0, -1.2)}L${at(1.15, 0.8)}L${at(-1.15, 0.8)}Z`;
      case 'down': return `M${at(0, 1.2)}L${at(1.15, -0.8)}L${at(-1.15, -0.8)}Z`;
      default: return `M${at(0, -1.35)}L${at(1.2, 0)}L${at(0, 1.35)}L${at(-1.2, 0)}Z`;
    }
  }

  // ---- points ----

  // The value of an axis at a round: that of the evaluation, or of a thinned one between its neighbours.
  function axisAt(column) {
    let i = 0;
    return round => {
      while (i + 1 < column.round.length && column.round[i + 1] <= round) i++;
      if (!column.round.length || round < column.round[0]) return null;
      if (column.round[i] === round) return column.mean[i];
      if (i + 1 === column.round.length) return null;
      const share = (round - column.round[i]) / (column.round[i + 1] - column.round[i]);
      return column.mean[i] + share * (column.mean[i + 1] - column.mean[i]);
    };
  }

  // The points of a group's curve, and how many a logarithm cannot show.
  function points(g) {
    const ys = data.groups[g].columns[y.value], xs = data.groups[g].columns[x.value], out = [];
    out.lost = 0;
    if (!ys || !xs || hidden.has(g)) return out;
    const at = axisAt(xs);
    ys.round.forEach((round, i) => {
      const point = {x: at(round), y: ys.mean[i], off: ys.std && ys.std[i] || 0};
      if (point.x === null) return;
      if ((logY.checked && point.y <= 0) || (logX.checked && point.x <= 0)) out.lost++;
      else out.push(point);
    });
    return out;
  }

  // ---- axes ----

  // Numbers at an axis from low to high, about `count`, as [value, text].
  function ticks(low, high, logarithmic, count) {
    const decades = logarithmic ? Math.log10(high / low) : 0, out = [];
    if (logarithmic) {
      const every = Math.ceil(decades / count), factors = decades < count / 2 ? [1, 2, 5] : [1];
      for (let p = Math.floor(Math.log10(low)); p <= Math.log10(high); p++)
        for (const f of factors)
          if (p % every === 0 && f * 10 ** p >= low * 0.999999 && f * 10 ** p <= high * 1.000001)
            out.push([f * 10 ** p, short(f * 10 ** p)]);
      if (out.length >= 3) return out;
    }
    const raw = (high - low) / count, unit = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map(m => m * unit).find(s => s >= raw * 0.999999);
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9)), plain = high < 1e4 && digits <= 5;
    out.length = 0;
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++)
      out.push([k * step, plain ? (k * step).toFixed(digits) : short(k * step)]);
    return out;
  }

  // From values low to high to places.
  function scale(low, high, from, to, logarithmic) {
    const f = logarithmic ? Math.log10 : v => v;
    return v => from + (f(v) - f(low)) / (f(high) - f(low)) * (to - from);
  }

  // Least and largest of the points' values.
  function range(all, value, off, logarithmic, margin) {
    let low = Infinity, high = -Infinity, least = Infinity;
    for (const point of all) {
      low = Math.min(low, value(point) - off(point));
      high = Math.max(high, value(point) + off(point));
      least = Math.min(least, value(point));
    }
    if (logarithmic) {
      low = Math.max(low, least / 3);  // a band that goes to 0 goes to the axis
      const stretch = Math.max((high / low) ** margin, low === high ? 1.2 : 1);
      return [low / stretch, high * stretch];
    }
    const pad = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * margin;
    return [low - pad, high + pad];
  }

  // ---- drawing ----

  function draw() {
    const shown = data.groups.map((_, g) => points(g)), all = shown.flat();
    const width = Math.max(240, Math.round(holder.clientWidth) || 720);
    const height = Math.round(Math.max(260, Math.min(440, width * 0.6)));
    holder.textContent = '';
    const svg = make(holder, 'svg', {viewBox: `0 0 ${width} ${height}`, role: 'img', tabindex: 0,
      'aria-label': `${label(data.figures, y)} over ${label(data.axes, x)}; arrow keys show values`});
    const banded = shown.filter(p => p.some(q => q.off > 0)).length, few = shown.length <= bandsMost;
    svg.dataset.curves = shown.filter(p => p.length > 0).length;
    svg.dataset.points = all.length;
    explain(shown, banded, few);
    view = null;
    cursor = null;
    if (all.length === 0) {
      make(svg, 'text', {x: width / 2, y: height / 2, 'text-anchor': 'middle'},
        hidden.size ? 'all curves are hidden' : 'no curve has such points');
      readout();
      return;
    }
    const [x0, x1] = range(all, p => p.x, () => 0, logX.checked, 0);
    const [y0, y1] = range(all, p => p.y, p => few ? p.off : 0, logY.checked, 0.04);
    const marksY = ticks(y0, y1, logY.checked, height / 55);
    const left = 34 + 7.5 * Math.max(3, ...marksY.map(([, text]) => text.length));
    const right = width - 16, top = 12, bottom = height - 50;
    const marksX = ticks(x0, x1, logX.checked, (width - left) / 90);
    const px = scale(x0, x1, left, right, logX.checked), py = scale(y0, y1, bottom, top, logY.checked);

    for (const [value, text] of marksX) {
      make(svg, 'line', {class: 'grid', x1: px(value), x2: px(value), y1: top, y2: bottom});
      make(svg, 'text', {x: px(value), y: bottom + 18, 'text-anchor': 'middle'}, text);
    }
    for (const [value, text] of marksY) {
      make(svg, 'line', {class: 'grid', x1: left, x2: right, y1: py(value), y2: py(value)});
      make(svg, 'text', {class: 'tick-y', x: left - 8, y: py(value) + 4, 'text-anchor': 'end'}, text);
    }
    make(svg, 'path', {class: 'axis', d: `M${left} ${top}V${bottom}H${right}`});
    make(svg, 'text', {x: (left + right) / 2, y: height - 8, 'text-anchor': 'middle'}, label(data.axes, x));
    make(svg, 'text', {transform: `translate(16 ${(top + bottom) / 2}) rotate(-90)`, 'text-anchor': 'middle'},
      label(data.figures, y));

    // In a drawing of their own, which cuts bands off at the axes.
    const inner = make(svg, 'svg', {x: left, y: top, width: right - left, height: bottom - top,
      viewBox: `${left} ${top} ${right - left} ${bottom - top}`});
    const curves = shown.map((p, g) => p.map(q => ({at: px(q.x), y: py(q.y), point: q})));
    shown.forEach((p, g) => drawBand(inner, p, g, few, px, v => logY.checked && !(v > 0) ? height : py(v)));
    curves.forEach((p, g) => drawCurve(svg, p, g));
    const cross = make(svg, 'line', {class: 'axis', y1: top, y2: bottom, visibility: 'hidden'});
    const rings = data.groups.map(group =>
      make(svg, 'circle', {class: 'ring pen', r: 5, style: pen(group.colour), visibility: 'hidden'}));
    const places = new Map(curves.flat().map(q => [q.at.toFixed(1), q]));
    const stops = Array.from(places.values()).sort((a, b) => a.at - b.at);
    view = {curves, stops, cross, rings, width};
    follow(svg);
    if (lit !== null) light(lit);
    readout();
  }

  function drawBand(inner, p, g, few, px, py) {
    if (p.length < 2 || !p.some(q => q.off > 0)) return;
    const edge = (list, sign) => list.map(q => `${px(q.x).toFixed(1)},${py(q.y + sign * q.off).toFixed(1)}`);
    make(inner, 'polygon', {class: few ? 'band pen' : 'band pen single', 'data-group': g,
      style: pen(data.groups[g].colour), points: edge(p, 1).concat(edge(p.slice().reverse(), -1)).join(' ')});
  }

  function drawCurve(svg, p, g) {
    if (p.length === 0) return;
    const group = make(svg, 'g', {class: 'curve pen', 'data-group': g, style: pen(data.groups[g].colour)});
    const every = Math.max(1, Math.floor(p.length / marksMost));
    const first = Math.floor(g * 3 * every / 10) % every;  // marks of curves that meet do not hide each other
    make(group, 'path', {class: 'line', 'stroke-dasharray': dashes[g % dashes.length],
      d: p.map((q, i) => `${i ? 'L' : 'M'}${q.at.toFixed(1)} ${q.y.toFixed(1)}`).join('')});
    make(group, 'path', {class: g % 2 ? 'mark open' : 'mark',
      d: p.filter((_, i) => i % every === first).map(q => mark(g, q.at, q.y)).join('')});
  }

  // What a reader cannot see in the picture.
  function explain(shown, banded, few) {
    const words = [], lost = shown.reduce((sum, p) => sum + p.lost, 0);
    const empty = shown.filter((p, g) => p.length === 0 && p.lost === 0 && !hidden.has(g)).length;
    if (data.runs.length > data.groups.length) words.push('A curve is the mean of the runs of a group.');
    if (banded && few) words.push('The band is one standard deviation of its runs.');
    if (banded && !few)
      words.push(`More than ${bandsMost} bands would cover each other: that of a curve, one standard deviation ` +
        'of its runs, is drawn while the pointer or the focus is on its name.');
    if (lost) words.push(`Points at 0 or below, ${lost} of them, have no logarithm and are left out.`);
    if (empty) words.push(`${empty} of ${shown.length} groups have not measured this.`);
    if (data.thinned)
      words.push(`Of long curves about ${data.thinned} points are drawn: the least and the largest of every ` +
        'stretch.');
    caption.textContent = words.join(' ');
  }

  // ---- values ----

  function follow(svg) {
    svg.addEventListener('pointermove', event => {
      const box = svg.getBoundingClientRect(), at = (event.clientX - box.left) * view.width / box.width;
      let near = 0;
      view.stops.forEach((s, i) => { if (Math.abs(s.at - at) < Math.abs(view.stops[near].at - at)) near = i; });
      show(near);
    });
    svg.addEventListener('pointerleave', () => show(null));
    svg.addEventListener('blur', () => show(null));
    svg.addEventListener('keydown', event => {
      const last = view.stops.length - 1, now = cursor === null ? last : cursor;
      const to = {ArrowLeft: cursor === null ? last : now - 1, ArrowRight: cursor === null ? 0 : now + 1, Home: 0,
        End: last, Escape: null}[event.key];
      if (to === undefined) return;
      event.preventDefault();
      show(to === null ? null : Math.max(0, Math.min(last, to)));
    });
  }

  function show(index) {
    cursor = index;
    readout();
  }

  // A curve's point that is nearest; none beyond its ends.
  function nearest(p, at) {
    if (p.length === 0 || at < p[0].at - 4 || at > p[p.length - 1].at + 4) return null;
    return p.reduce((a, b) => Math.abs(b.at - at) < Math.abs(a.at - at) ? b : a);
  }

  // The values at the cursor; without one those at the ends.
  function readout() {
    const stop = view && cursor !== null ? view.stops[cursor] : null;
    where.textContent = stop ? `${x.value.replace('_', ' ')} ${short(stop.point.x)}` : 'at the end';
    values.forEach((box, g) => {
      const p = view ? view.curves[g] : [], q = stop ? nearest(p, stop.at) : p[p.length - 1];
      box.textContent = q ? spread(q.point.y, q.point.off) : '';
      if (!view) return;
      view.rings[g].setAttribute('visibility', stop && q ? 'visible' : 'hidden');
      if (!stop || !q) return;
      view.rings[g].setAttribute('cx', q.at);
      view.rings[g].setAttribute('cy', q.y);
    });
    if (!view) return;
    view.cross.setAttribute('visibility', stop ? 'visible' : 'hidden');
    if (!stop) return;
    view.cross.setAttribute('x1', stop.at);
    view.cross.setAttribute('x2', stop.at);
  }

  draw();
  let drawn = holder.clientWidth;
  new ResizeObserver(() => {
    if (Math.abs(holder.clientWidth - drawn) < 2) return;
    drawn = holder.clientWidth;
    draw();
  }).observe(holder);
})();
