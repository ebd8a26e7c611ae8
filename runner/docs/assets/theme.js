// Loaded before anything is drawn, so that a page never shows in the other theme first.
(() => {
  const THEMES = ['auto', 'light', 'dark'];
  const ICONS = { auto: '◐', light: '☀', dark: '☾' };

  /** Some browsers keep nothing for files on disk, or are told not to: then a choice lasts for the page. */
  function stored(value) {
    try {
      if (value !== undefined) localStorage.setItem('theme', value);
      return localStorage.getItem('theme');
    } catch {
      return value ?? null;
    }
  }

  let theme = THEMES.includes(stored()) ? stored() : 'auto';

  function apply(button) {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    if (!button) return;
    button.innerHTML = `<span aria-hidden="true">${ICONS[theme]}</span> <span class="visually-hidden">Theme: </span>${theme}`;
  }

  apply();
  document.addEventListener('DOMContentLoaded', () => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'tool theme-switch';
    button.title = 'Theme: as the system has it, light or dark';
    apply(button);
    button.addEventListener('click', () => {
      theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
      stored(theme);
      apply(button);
    });
    document.querySelector('.site-tools')?.append(button);
  });
})();
