// The search: opens with "/", moves with the arrow keys, goes with Enter, closes with Escape. Index and library are loaded when it is first opened.
(() => {
  const SHOWN = 12;
  /** What is looked for most stands first among equals. */
  const WEIGHTS = {
    page: 1.6,
    model: 1.6,
    source: 1.5,
    seed: 1.5,
    column: 1,
    run: 1,
    parameter: 1,
    check: 0.7,
    test: 0.6,
  };
  const root = document.documentElement.dataset.root ?? '';

  const dialog = document.createElement('dialog');
  dialog.className = 'search';
  dialog.setAttribute('aria-label', 'Search');
  dialog.innerHTML = `
    <input type="search" role="combobox" aria-label="Search" aria-expanded="false" aria-controls="search-results" aria-autocomplete="list"
      autocomplete="off" autocapitalize="off" spellcheck="false" placeholder="A model, source, column, check …">
    <ul id="search-results" role="listbox" aria-label="Results"></ul>
    <p class="search-state" role="status"></p>
    <p class="search-keys" aria-hidden="true"><kbd>↑</kbd> <kbd>↓</kbd> choose <kbd>↵</kbd> go there <kbd>Esc</kbd> close</p>`;
  const [input, list, state] = ['input', 'ul', '.search-state'].map((found) => dialog.querySelector(found));

  const opener = document.createElement('button');
  opener.type = 'button';
  opener.className = 'tool search-open';
  opener.setAttribute('aria-keyshortcuts', '/');
  opener.innerHTML = 'Search <kbd aria-hidden="true">/</kbd>';
  opener.addEventListener('click', open);
  document.querySelector('.site-tools')?.prepend(opener);
  document.body.append(dialog);

  let index;
  let chosen = -1;

  document.addEventListener('keydown', (event) => {
    const isTyping = event.target.closest('input, select, textarea, dialog');
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
    event.preventDefault();
    open();
  });
  input.addEventListener('input', search);
  input.addEventListener('keydown', (event) => {
    const { length } = list.children;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move && length > 0) choose((chosen + move + length) % length);
    else if (event.key === 'Enter') list.children[chosen]?.querySelector('a').click();
    else return;
    event.preventDefault();
  });
  // A place on the page in hand: nothing is loaded, so that the search would stay open.
  list.addEventListener('click', (event) => event.target.closest('a') && dialog.close());
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());

  async function open() {
    dialog.showModal();
    input.select();
    index ??= load();
    await index;
    search();
  }

  async function load() {
    await Promise.all(['assets/minisearch.js', 'data/search.js'].map(script));
    const made = new window.MiniSearch({
      fields: ['title', 'text'],
      storeFields: ['title', 'text', 'kind', 'href'],
      processTerm: (term) => plain(term),
      searchOptions: {
        prefix: true,
        fuzzy: (term) => (term.length > 4 ? 0.2 : false),
        boost: { title: 3 },
        combineWith: 'AND',
        boostDocument: (_id, _term, { kind }) => WEIGHTS[kind] ?? 1,
      },
    });
    made.addAll(window.siteSearch.map((entry, id) => ({ id, ...entry })));
    return made;
  }

  function script(path) {
    return new Promise((resolve, reject) => {
      const element = document.createElement('script');
      element.src = root + path;
      element.onload = resolve;
      element.onerror = () => reject(new Error(`${path} cannot be read`));
      document.head.append(element);
    });
  }

  /** Without accents and capitals. */
  function plain(term) {
    return term.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  }

  async function search() {
    const text = input.value.trim();
    const found = text === '' ? [] : (await index).search(text).sort(byName(plain(text)));
    // Typed on meanwhile: that search shows its own.
    if (text !== input.value.trim()) return;
    list.replaceChildren(...found.slice(0, SHOWN).map(option));
    input.setAttribute('aria-expanded', String(found.length > 0));
    const shown = found.length > SHOWN ? `the first ${SHOWN} are shown` : '';
    const words = found.length === 0 ? ['Nothing found'] : [`${found.length} found`, shown].filter(Boolean);
    state.textContent = text === '' ? '' : words.join(', ');
    choose(found.length > 0 ? 0 : -1);
  }

  /** What is called exactly that stands first. */
  function byName(text) {
    const isIt = ({ title }) => plain(title) === text;
    return (left, right) =>
      isIt(right) * WEIGHTS[right.kind] - isIt(left) * WEIGHTS[left.kind] || right.score - left.score;
  }

  function option({ title, text, kind, href }, index) {
    const item = document.createElement('li');
    item.id = `search-result-${index}`;
    item.setAttribute('role', 'option');
    item.innerHTML =
      '<a tabindex="-1"><span class="kind"></span><span class="search-title"></span><span class="search-text"></span></a>';
    const [link, ...parts] = item.querySelectorAll('a, span');
    link.href = root + href;
    for (const [at, value] of [kind, title, text].entries()) parts[at].textContent = value;
    item.addEventListener('mousemove', () => choose(index));
    return item;
  }

  function choose(next) {
    chosen = next;
    for (const [at, item] of [...list.children].entries()) item.setAttribute('aria-selected', String(at === chosen));
    const item = list.children[chosen];
    if (item) input.setAttribute('aria-activedescendant', item.id);
    else input.removeAttribute('aria-activedescendant');
    item?.scrollIntoView({ block: 'nearest' });
  }
})();
