// The table: what the runs of each group came to.
(function () {
  const place = document.getElementById('table');

  // Of a group's figure: over its finished runs; of a group that has none what its runs came to so far. Whole: every
  // run of the group is finished and has it; a mean over some of the seeds does not compete.
  function cell(group, key) {
    const runs = data.runs.filter(r => r.group === group), done = runs.filter(r => r.finished);
    const list = (done.length ? done : runs).map(r => r.figures[key]).filter(v => v !== undefined);
    if (!list.length) return null;
    const mean = list.reduce((a, b) => a + b, 0) / list.length;
    const square = list.reduce((a, b) => a + (b - mean) ** 2, 0);
    return {mean, deviation: list.length > 1 ? Math.sqrt(square / (list.length - 1)) : 0, final: done.length > 0,
      whole: done.length === runs.length && list.length === runs.length};
  }

  const columns = data.table.map(figure => ({figure, cells: data.groups.map((_, g) => cell(g, figure.key))}))
    .filter(column => column.cells.some(c => c));
  if (!columns.length) {
    make(place, 'p', {}, 'Nothing was measured yet.');
    return;
  }
  const labels = new Map(data.axes.concat(data.figures).map(f => [f.name, f.label]));
  const more = columns.some(c => !c.figure.shown) && columns.some(c => c.figure.shown);
  const all = more ? tick(make(place, 'div', {class: 'controls'}), 'all figures', draw) : {checked: true};
  const holder = scrolling(place, 'what the runs came to');

  function draw() {
    const used = columns.filter(c => all.checked || c.figure.shown);
    holder.textContent = '';
    const table = make(holder, 'table'), head = make(make(table, 'thead'), 'tr'), body = make(table, 'tbody');
    make(head, 'th', {class: 'name', scope: 'col'}, data.keys.join(', ') || 'folder');
    make(head, 'th', {scope: 'col', title: 'finished, of those that have begun'}, 'runs');
    for (const {figure} of used)
      make(head, 'th', {scope: 'col', title: labels.get(figure.key) || figure.key}, figure.title);
    data.groups.forEach((group, g) => {
      const line = make(body, 'tr'), runs = data.runs.filter(r => r.group === g);
      const done = runs.filter(r => r.finished).length;
      make(line, 'th', {class: 'name', scope: 'row'}, group.label);
      make(line, 'td', {}, done === runs.length ? String(done) : `${done} of ${runs.length}`);
      for (const {figure, cells} of used) {
        const here = cells[g], whole = cells.filter(c => c && c.whole).map(c => figure.better * c.mean);
        const best = here && here.whole && figure.better && whole.length > 1 &&
          figure.better * here.mean === Math.max(...whole);
        make(line, 'td', best ? {class: 'best'} : here && !here.final ? {class: 'so-far'} : {},
          here ? spread(here.mean, here.deviation) : '');
      }
    });
  }
  draw();
  const words = [];
  if (data.runs.length > data.groups.length) words.push('Mean ± standard deviation of the finished runs.');
  if (columns.some(c => c.figure.better && c.cells.filter(cell => cell && cell.whole).length > 1))
    words.push('The best of a column is bold.');
  if (columns.some(c => c.cells.some(cell => cell && !cell.final)))
    words.push('In italics: so far, of what is not finished.');
  if (words.length) make(place, 'p', {class: 'sub'}, words.join(' '));
})();
