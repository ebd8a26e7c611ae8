// The graph of graph.html: choose, filter, zoom. What is chosen stands in the address, so that it can be sent to somebody.
(() => {
  const graph = document.querySelector('#graph');
  const svg = graph.querySelector('svg');
  const { d3, dagre } = window;
  const nodes = new Map([...svg.querySelectorAll('.node')].map((element) => [element.dataset.index, nodeOf(element)]));
  const edges = [...svg.querySelectorAll('.edge')].map((element) => ({
    element,
    home: element.getAttribute('d'),
    from: nodes.get(element.dataset.from),
    to: nodes.get(element.dataset.to),
  }));
  for (const { from, to } of edges) {
    from.children.push(to);
    to.parents.push(from);
  }
  const all = [...nodes.values()];

  const controls = document.createElement('form');
  controls.className = 'graph-controls';
  controls.setAttribute('aria-label', 'Filter the graph');
  controls.innerHTML = `
    <label>Name <input name="name" type="search" autocomplete="off" spellcheck="false" placeholder="all"></label>
    <label>with <select name="with">
      <option value="both">what it reads and what reads it</option><option value="up">what it reads</option>
      <option value="down">what reads it</option><option value="none">nothing else</option></select></label>
    <label>Folder <select name="folder"><option value="">all</option></select></label>
    <label>Kind <select name="kind"><option value="">all</option></select></label>
    <button type="reset" class="tool" title="All nodes, none chosen">Reset</button>
    <span class="graph-count" role="status"></span>`;
  const buttons = document.createElement('div');
  buttons.className = 'graph-zoom';
  buttons.setAttribute('role', 'group');
  buttons.setAttribute('aria-label', 'View');
  buttons.innerHTML = `
    <button type="button" class="tool" data-zoom="out" aria-label="Zoom out" title="Zoom out (-)">−</button>
    <button type="button" class="tool" data-zoom="in" aria-label="Zoom in" title="Zoom in (+)">+</button>
    <button type="button" class="tool" data-zoom="fit" title="Show all that is left by the filter (0)">Fit</button>`;
  const panel = document.createElement('div');
  panel.className = 'graph-panel';
  panel.setAttribute('role', 'status');
  const hint = document.createElement('p');
  hint.className = 'graph-hint';
  hint.textContent =
    'Click a node, or Space, to see what it stands on and what stands on it; again, or Enter, opens its page. An arrow that a longer way shows too is left out. Arrow keys go from node to node. Drag to move, Ctrl and wheel to zoom.';
  graph.before(controls);
  graph.append(buttons, panel);
  graph.after(hint);
  graph.classList.add('is-live');
  for (const name of ['folder', 'kind'])
    for (const value of [...new Set(all.map((node) => node[name]))].sort()) controls[name].add(new Option(value));

  /** More nodes than this would keep a reader waiting. */
  const MOVED = 300;
  /** As the page has it. */
  const curve = d3
    .line(
      ({ x }) => x,
      ({ y }) => y,
    )
    .curve(d3.curveBumpX);
  let chosen;
  let shown = new Set(all);

  // ---- zoom

  const size = svg.viewBox.baseVal;
  const zoom = d3
    .zoom()
    .extent([
      [0, 0],
      [size.width, size.height],
    ])
    .filter((event) => !event.button && (event.type !== 'wheel' || event.ctrlKey || event.metaKey))
    .on('zoom', ({ transform }) => {
      svg.querySelector('.viewport').setAttribute('transform', transform);
      const edge = (size.width + svg.clientWidth * perPixel()) / 2;
      graph.classList.toggle('has-more', transform.applyX(Math.max(...[...shown].map(rightOf))) > edge + 1);
    });
  const view = d3.select(svg).call(zoom).on('dblclick.zoom', null);
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)');

  function moving() {
    return isCalm.matches ? view : view.transition().duration(250);
  }

  /** Units of the drawing for one pixel, when all of it is shown. */
  function perPixel() {
    return Math.max(size.width / svg.clientWidth, size.height / svg.clientHeight);
  }

  function rightOf({ x, width }) {
    return x + width;
  }

  /** Shows what is left by the filter: all of it, or where `isLegible` as much as can be read, from the left. */
  function show(isLegible) {
    const boxes = [...shown];
    if (boxes.length === 0) return;
    const [left, top] = ['x', 'y'].map((at) => Math.min(...boxes.map((box) => box[at])) - 16);
    const right = Math.max(...boxes.map(rightOf)) + 16;
    const bottom = Math.max(...boxes.map(({ y, height }) => y + height)) + 16;
    const [width, height] = [svg.clientWidth, svg.clientHeight].map((pixels) => pixels * perPixel());
    const [across, down] = [width / (right - left), height / (bottom - top)];
    const all = Math.min(across, down, 1.25 * perPixel());
    // On a phone, held near, as much as has letters of 11 px; elsewhere letters of 8 px at the least.
    const least = svg.clientWidth < 640 ? 0.9 : 0.65;
    const legible = Math.max(Math.min(down, 0.8 * perPixel()), least * perPixel());
    const scale = isLegible ? Math.max(all, legible) : all;
    zoom.scaleExtent([Math.min(all, 1) / 2, 3 * perPixel()]);
    const isChosen = shown.has(chosen) && scale > all;
    const middle = isChosen ? chosen.x : Math.min((left + right) / 2, left + width / scale / 2);
    const seen = boxes.filter(({ x }) => x < left + width / scale).map(({ y }) => y);
    const centre = isChosen ? chosen.y : (Math.min(...seen) + Math.max(...seen) + 32) / 2;
    const home = d3.zoomIdentity.translate(size.width / 2, size.height / 2).scale(scale);
    moving().call(zoom.transform, home.translate(-middle, -centre));
  }

  buttons.addEventListener('click', ({ target }) => {
    const way = target.dataset.zoom;
    if (way === 'fit') show(false);
    else if (way) moving().call(zoom.scaleBy, way === 'in' ? 1.5 : 1 / 1.5);
  });

  // ---- what is shown, and what stands out

  function reach(start, way) {
    const found = new Set(start);
    for (const node of found) for (const next of node[way]) found.add(next);
    return found;
  }

  function filtered() {
    const name = controls.name.value.trim().toLowerCase();
    const way = controls.with.value;
    const named = all.filter((node) => node.name.toLowerCase().includes(name));
    const up = way === 'up' || way === 'both' ? reach(named, 'parents') : named;
    const down = way === 'down' || way === 'both' ? reach(named, 'children') : named;
    const { folder, kind } = controls;
    return new Set(
      [...up, ...down].filter(
        (node) => (!folder.value || node.folder === folder.value) && (!kind.value || node.kind === kind.value),
      ),
    );
  }

  /** What is left by the filter moves together, as far as that takes no time; all nodes stand where the page has them. */
  function arrange() {
    const isHome = shown.size === all.length || shown.size > MOVED;
    const layout = isHome ? undefined : layoutOf([...shown]);
    for (const node of isHome ? all : shown) {
      const place = layout?.node(node.index);
      Object.assign(node, place ? { x: place.x - node.width / 2, y: place.y - node.height / 2 } : node.home);
      node.element.setAttribute('transform', `translate(${node.x} ${node.y})`);
    }
    for (const { element, home, from, to } of edges) {
      const points = layout?.edge(from.index, to.index)?.points;
      // To the next column it goes straight.
      const between = points?.length > 3 ? points.slice(1, -1) : [];
      if (isHome) element.setAttribute('d', home);
      else if (points) element.setAttribute('d', curve([side(from, from.width), ...between, side(to, 0)]));
    }
  }

  function layoutOf(kept) {
    const layout = new dagre.graphlib.Graph().setDefaultEdgeLabel(() => ({}));
    layout.setGraph({ rankdir: 'LR', ranker: 'longest-path', nodesep: 8, edgesep: 6, ranksep: 36 });
    for (const { index, width, height } of kept) layout.setNode(index, { width, height });
    for (const { from, to } of edges) if (shown.has(from) && shown.has(to)) layout.setEdge(from.index, to.index);
    dagre.layout(layout);
    return layout;
  }

  function side(node, across) {
    return { x: node.x + across, y: node.y + node.height / 2 };
  }

  function filter() {
    shown = filtered();
    arrange();
    draw();
    show(true);
  }

  function draw() {
    const up = chosen ? reach([chosen], 'parents') : new Set();
    const down = chosen ? reach([chosen], 'children') : new Set();
    svg.classList.toggle('has-choice', chosen !== undefined);
    for (const node of all) {
      node.element.classList.toggle('is-hidden', !shown.has(node));
      node.element.classList.toggle('is-lit', up.has(node) || down.has(node));
      node.element.classList.toggle('is-chosen', node === chosen);
      if (node === chosen) node.element.setAttribute('aria-current', 'true');
      else node.element.removeAttribute('aria-current');
    }
    for (const { element, from, to } of edges) {
      element.classList.toggle('is-hidden', !shown.has(from) || !shown.has(to));
      element.classList.toggle('is-lit', (up.has(from) && up.has(to)) || (down.has(from) && down.has(to)));
    }
    controls.querySelector('.graph-count').textContent =
      shown.size === 0 ? 'No node is left: choose less' : `${shown.size} of ${all.length} nodes`;
    tell(up.size - 1, down.size - 1);
    rove(shown.has(chosen) ? chosen : [...shown][0]);
  }

  function tell(up, down) {
    panel.hidden = chosen === undefined;
    panel.replaceChildren();
    if (!chosen) return;
    const [what, ...description] = chosen.element.querySelector('title').textContent.split('\n');
    panel.innerHTML =
      '<p class="panel-name"><a></a></p><p class="panel-what"></p><p class="panel-text"></p><p class="panel-reach"></p>';
    const [link, ...parts] = panel.querySelectorAll('a, p + p');
    link.href = chosen.element.getAttribute('href');
    link.textContent = chosen.name;
    const texts = [what.slice(chosen.name.length + 2), description.join(' '), `Stands on ${up}, ${down} stand on it`];
    for (const [at, text] of texts.entries()) parts[at].textContent = text;
  }

  // ---- choosing, by mouse and keyboard

  function choose(node) {
    chosen = node;
    draw();
    keep();
  }

  svg.addEventListener('click', (event) => {
    const element = event.target.closest('.node');
    if (!element) return choose(undefined);
    const node = nodes.get(element.dataset.index);
    if (node === chosen || event.ctrlKey || event.metaKey || event.shiftKey || event.detail === 0) return;
    event.preventDefault();
    choose(node);
  });

  svg.addEventListener('keydown', (event) => {
    const node = nodes.get(event.target.closest('.node')?.dataset.index);
    if (!node || event.ctrlKey || event.metaKey || event.altKey) return;
    const button = { '+': 'in', '=': 'in', '-': 'out', 0: 'fit' }[event.key];
    if (button) buttons.querySelector(`[data-zoom=${button}]`).click();
    else if (event.key === ' ') choose(node);
    else if (event.key === 'Escape') choose(undefined);
    else if (event.key.startsWith('Arrow')) go(nearest(node, event.key));
    else return;
    event.preventDefault();
  });

  /** The node that lies that way, rather straight ahead than near. */
  function nearest(node, key) {
    const [along, across] = key === 'ArrowLeft' || key === 'ArrowRight' ? ['x', 'y'] : ['y', 'x'];
    const sign = key === 'ArrowLeft' || key === 'ArrowUp' ? -1 : 1;
    const middle = (box, at) => box[at] + box[at === 'x' ? 'width' : 'height'] / 2;
    const ahead = (other) => sign * (middle(other, along) - middle(node, along));
    const aside = (other) => Math.abs(middle(other, across) - middle(node, across));
    // Nodes of one column do not stand in one line: left and right leave the column.
    const least = along === 'x' ? node.width / 2 : 1;
    const candidates = [...shown].filter((other) => ahead(other) >= least);
    return candidates.sort((left, right) => ahead(left) + 2 * aside(left) - ahead(right) - 2 * aside(right))[0];
  }

  function go(node) {
    if (!node) return;
    rove(node);
    node.element.focus();
    const [seen, box] = [graph, node.element].map((element) => element.getBoundingClientRect());
    const isSeen = box.left >= seen.left && box.right <= seen.right && box.top >= seen.top && box.bottom <= seen.bottom;
    if (!isSeen) moving().call(zoom.translateTo, node.x + node.width / 2, node.y + node.height / 2);
  }

  /** One node is reached by Tab, the others from it. */
  function rove(node) {
    for (const other of all) other.element.setAttribute('tabindex', other === node ? '0' : '-1');
  }

  // ---- the address

  function keep() {
    const state = new URLSearchParams();
    for (const name of ['name', 'with', 'folder', 'kind'])
      if (controls[name].value && (name !== 'with' || controls.name.value)) state.set(name, controls[name].value);
    if (chosen) state.set('node', chosen.name);
    history.replaceState(null, '', `#${state}`);
  }

  function restore() {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const name of ['name', 'folder', 'kind']) controls[name].value = state.get(name) ?? '';
    controls.with.value = state.get('with') ?? 'both';
    chosen = all.find(({ name }) => name === state.get('node'));
    filter();
  }

  controls.addEventListener('submit', (event) => event.preventDefault());
  controls.addEventListener('input', () => {
    filter();
    keep();
  });
  controls.addEventListener('reset', () => {
    history.replaceState(null, '', '#');
    // The fields are emptied after this event.
    setTimeout(restore);
  });
  addEventListener('hashchange', restore);
  restore();

  function nodeOf(element) {
    const { e: x, f: y } = element.transform.baseVal.consolidate().matrix;
    const { width, height } = element.querySelector('rect').getBBox();
    return { element, ...element.dataset, home: { x, y }, x, y, width, height, parents: [], children: [] };
  }
})();
