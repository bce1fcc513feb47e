/* The list of suggestions under the search field in the header: a combobox by keyboard, finger and screen reader.
   htmx brings the list; without scripts the field is a plain one. */
(() => {
  'use strict';

  const input = document.querySelector('input[data-suggest]');
  const box = input && document.getElementById(input.dataset.suggest);
  const live = document.getElementById('live');
  if (!box || !window.htmx) return;

  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-expanded', 'false');
  input.setAttribute('aria-controls', box.id);
  input.setAttribute('autocomplete', 'off');

  const options = () => [...box.querySelectorAll('[role="option"]')];

  function choose(option) {
    for (const each of options()) each.setAttribute('aria-selected', String(each === option));
    if (option) {
      input.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    } else {
      input.removeAttribute('aria-activedescendant');
    }
  }

  function open(isOpen) {
    box.hidden = !isOpen;
    input.setAttribute('aria-expanded', String(isOpen));
    if (!isOpen) choose(null);
  }

  function show() {
    const count = options().length;
    const wanted = count > 0 && document.activeElement === input && input.value.trim() !== '';
    open(wanted);
    if (wanted && live) live.textContent = input.dataset.said.replace('|', count);
  }

  const chosen = () => box.querySelector('[aria-selected="true"]');

  input.addEventListener('keydown', (event) => {
    // A word that is still being put together by an input method has the keys to itself.
    if (event.isComposing) return;
    if (event.key === 'Escape' && !box.hidden) {
      event.preventDefault();
      open(false);
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const all = options();
      if (!all.length) return;
      event.preventDefault();
      if (box.hidden) open(true);
      // One step past either end is the field itself.
      const at = all.indexOf(chosen()) + (event.key === 'ArrowDown' ? 1 : -1);
      choose(at === -2 ? all[all.length - 1] : all[at] || null);
    } else if (event.key === 'Enter' && !box.hidden && chosen()) {
      event.preventDefault();
      location.assign(chosen().dataset.href);
    }
  });

  // A press must not take the focus from the field before it has done its work.
  box.addEventListener('mousedown', (event) => event.preventDefault());
  box.addEventListener('click', (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) location.assign(option.dataset.href);
  });
  input.addEventListener('blur', () => open(false));
  input.addEventListener('input', () => {
    if (input.value.trim() === '') {
      box.textContent = '';
      open(false);
    }
  });

  // What does not come is not missed: nobody is told of an error, and no page of errors stands in the list.
  for (const name of ['htmx:sendError', 'htmx:timeout', 'htmx:responseError']) {
    input.addEventListener(name, (event) => event.stopPropagation());
  }
  box.addEventListener('htmx:beforeSwap', (event) => {
    event.stopPropagation();
    if (event.detail.xhr.status >= 400) event.detail.shouldSwap = false;
  });
  box.addEventListener('htmx:afterSwap', show);
})();
