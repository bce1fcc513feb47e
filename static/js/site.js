/* What the pages do beyond links and forms. Everything here is a convenience: each page works without it.
   Words come from data-* attributes in the HTML, so that they are translated where all others are. */
(() => {
  'use strict';

  const live = document.getElementById('live');
  const words = live ? live.dataset : {};

  /** Let a screen reader hear a sentence. */
  function say(text) {
    if (live && text) live.textContent = text;
  }

  // --- menus: Escape and a press elsewhere close them ------------------------------------------

  const MENUS = 'details.menu[open], details.more[open]';

  document.addEventListener('click', (event) => {
    for (const menu of document.querySelectorAll(MENUS)) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    for (const menu of document.querySelectorAll(MENUS)) {
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside) menu.querySelector('summary').focus();
    }
  });

  // --- drafts are kept by drafts.js ------------------------------------------------------------

  const drafts = window.sccafeDrafts;

  document.addEventListener('input', (event) => {
    const area = event.target;
    if (!(area instanceof HTMLTextAreaElement)) return;
    grow(area);
    if (area.form) refreshPreview(area);
  });

  // --- the field grows with its text; the preview follows once it has been asked for -------------

  function grow(area) {
    if (area.scrollHeight > area.clientHeight) area.style.height = Math.min(area.scrollHeight + 2, 640) + 'px';
  }

  let waiting;
  function refreshPreview(area) {
    const slot = document.getElementById(area.id + '-preview');
    if (!slot || !slot.firstElementChild || !window.htmx) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => window.htmx.trigger(slot, 'refresh'), 600);
  }

  // --- toolbar ----------------------------------------------------------------------------------

  /** Replace the selection as typing would, so that it can be undone; then select `inner` in it. */
  function put(area, text, inner) {
    area.focus();
    const start = area.selectionStart;
    if (!document.execCommand('insertText', false, text)) {
      area.setRangeText(text);
      area.dispatchEvent(new Event('input', { bubbles: true }));
    }
    const at = inner ? text.indexOf(inner) : -1;
    if (at >= 0) area.setSelectionRange(start + at, start + at + inner.length);
  }

  /** Put a mark before every line that the selection touches. */
  function markLines(area, mark) {
    const { value, selectionStart, selectionEnd } = area;
    const from = value.lastIndexOf('\n', selectionStart - 1) + 1;
    const to = value.indexOf('\n', selectionEnd) < 0 ? value.length : value.indexOf('\n', selectionEnd);
    const before = from > 1 && value[from - 2] !== '\n' ? '\n' : '';
    area.setSelectionRange(from, to);
    put(area, before + value.slice(from, to).split('\n').map((line) => mark + line).join('\n'));
  }

  const TOOLS = [
    (area, chosen) => put(area, '**' + (chosen || area.dataset.sample) + '**', chosen || area.dataset.sample),
    (area) => markLines(area, '- '),
    (area) => markLines(area, '> '),
    (area, chosen) => put(area, '[' + (chosen || area.dataset.linkSample) + '](https://)', chosen ? 'https://' : area.dataset.linkSample),
  ];

  function addToolbar(area) {
    const bar = document.createElement('div');
    bar.className = 'toolbar';
    bar.setAttribute('role', 'group');
    bar.setAttribute('aria-label', area.dataset.toolsLabel || '');
    area.dataset.tools.split('|').forEach((label, index) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = label;
      button.addEventListener('click', () => TOOLS[index](area, area.value.slice(area.selectionStart, area.selectionEnd)));
      bar.append(button);
    });
    area.before(bar);
  }

  // --- passwords can be looked at ----------------------------------------------------------------

  function addReveal(input) {
    const row = document.createElement('div');
    const button = document.createElement('button');
    row.className = 'secret';
    button.type = 'button';
    button.className = 'plain';
    button.textContent = input.dataset.show;
    button.setAttribute('aria-controls', input.id);
    button.addEventListener('click', () => {
      const hidden = input.type === 'password';
      input.type = hidden ? 'text' : 'password';
      button.textContent = hidden ? input.dataset.hide : input.dataset.show;
    });
    input.after(row);
    row.append(input, button);
  }

  // --- a form is sent once -----------------------------------------------------------------------

  function busy(form, button) {
    if (form.dataset.busy) return false;
    form.dataset.busy = 'yes';
    const main = button || form.querySelector('.btn');
    if (main && main.classList.contains('btn')) {
      main.dataset.label = main.textContent;
      main.textContent = words.busy || main.textContent;
      main.setAttribute('aria-disabled', 'true');
    }
    say(words.busy);
    return true;
  }

  function ready(form) {
    delete form.dataset.busy;
    const main = form.querySelector('[data-label]');
    if (!main) return;
    main.textContent = main.dataset.label;
    delete main.dataset.label;
    main.removeAttribute('aria-disabled');
  }

  // Before htmx, which listens on the form itself.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.method !== 'post') return;
    if (form.dataset.busy) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (form.matches('.reacts')) return;
    busy(form, event.submitter);
    // A file as answer leaves this page standing: the button comes back.
    setTimeout(() => ready(form), 20000);
    if (form.dataset.forget !== undefined) drafts.forgetAll();
    if (!event.submitter || event.submitter.value !== 'preview') drafts.sending(form);
  }, true);

  window.addEventListener('pageshow', (event) => {
    if (event.persisted) document.querySelectorAll('form[data-busy]').forEach((form) => { ready(form); drafts.shownAgain(form); });
  });

  // --- what htmx brings --------------------------------------------------------------------------

  document.addEventListener('htmx:beforeSwap', (event) => {
    const detail = event.detail;
    const elt = detail.requestConfig ? detail.requestConfig.elt : detail.elt;
    const form = elt.closest('form');
    if (/<section[^>]+id="problem"/.test(detail.serverResponse)) {
      // A whole page that says what went wrong: only its message is shown. Where it brings the typed text with a
      // fresh token it takes the form's place, else it stands above.
      document.querySelectorAll('#problem').forEach((old) => old.remove());
      drafts.notTaken(form);
      const whole = detail.serverResponse.includes('id="again"');
      detail.selectOverride = '#problem';
      detail.target = form || detail.target;
      detail.swapOverride = whole && form ? 'outerHTML' : 'afterbegin';
      return;
    }
    if (form && form.matches('.reply') && elt === form && /^\s*<article/.test(detail.serverResponse)) {
      // A new reply goes under the post it answers, or to the end; the form under the post has done its work.
      const slot = form.closest('.slot');
      detail.target = slot ? slot.closest('article') : document.getElementById('posts');
      detail.swapOverride = slot ? 'afterend' : 'beforeend';
      drafts.taken();
      if (!detail.target) {
        // A page that holds the form alone: on to the new reply.
        const post = /href="(\/posts\/\d+)"/.exec(detail.serverResponse);
        detail.shouldSwap = false;
        location.assign(post ? post[1] : form.action.replace(/\/reply$/, ''));
        return;
      }
      if (slot) slot.textContent = '';
      return;
    }
    if (/<main[\s>]/.test(detail.serverResponse)) {
      // The answer led to another page: it is shown as such.
      detail.selectOverride = '#main';
      detail.target = document.getElementById('main');
      detail.swapOverride = 'outerHTML show:window:top';
      history.replaceState(null, '', detail.xhr.responseURL);
    }
  });

  document.addEventListener('htmx:oobBeforeSwap', (event) => {
    // A reply sent from under a post does not wipe what is being typed at the foot.
    const area = event.detail.target.id === 'reply' && event.detail.target.querySelector('textarea');
    if (area && area.value.trim() && !area.form.dataset.busy) event.detail.shouldSwap = false;
  });

  // A pressed reaction keeps the focus, though its form is a new one.
  let pressed = '';
  document.addEventListener('htmx:configRequest', (event) => {
    pressed = event.detail.elt.matches('.reacts') ? event.detail.parameters.kind : '';
  });

  document.addEventListener('htmx:afterSwap', (event) => {
    const buttons = event.target;
    // After a vote one reads on where it was: the button that was pressed is gone.
    if (buttons instanceof Element && buttons.id === 'poll') buttons.focus();
    if (!pressed || !(buttons instanceof Element) || !buttons.matches('.reacts')) return;
    const button = buttons.querySelector('[value="' + CSS.escape(pressed) + '"]');
    if (button) button.focus();
  });

  document.addEventListener('htmx:afterRequest', (event) => {
    const form = event.detail.elt.closest('form');
    if (form) ready(form);
  });

  // --- a list that follows what is ticked: its address, what is unfolded in it, and how much is left ---------------

  let shownAt = location.pathname + location.search;
  let unfolded = [];

  document.addEventListener('htmx:beforeSwap', () => {
    unfolded = [...document.querySelectorAll('#facets details[open]')].map((each) => each.id);
  });

  document.addEventListener('htmx:afterSettle', (event) => {
    const found = event.detail.elt;
    if (!(found instanceof Element) || !found.dataset.address) return;
    for (const id of unfolded) {
      const details = document.getElementById(id);
      if (details) details.open = true;
    }
    if (found.dataset.address !== shownAt) {
      history.replaceState({ found: true }, '');
      history.pushState({ found: true }, '', found.dataset.address);
      shownAt = location.pathname + location.search;
    }
    say(found.dataset.said);
  });

  window.addEventListener('popstate', (event) => {
    // Back to what was chosen before, as the server shows it.
    if (event.state && event.state.found && location.pathname + location.search !== shownAt) location.reload();
  });

  function failed(event) {
    const form = event.detail.elt.closest('form');
    drafts.notTaken(form);
    if (form) {
      ready(form);
      let note = form.querySelector('.failed');
      if (!note) {
        note = document.createElement('p');
        note.className = 'failed wrong';
        form.append(note);
      }
      note.textContent = words.failed;
    }
    say(words.failed);
  }
  document.addEventListener('htmx:sendError', failed);
  document.addEventListener('htmx:timeout', failed);

  document.addEventListener('click', (event) => {
    const link = event.target.closest('[data-close-slot]');
    const slot = link && link.closest('.slot');
    if (!slot) return;
    event.preventDefault();
    const opener = slot.closest('article').querySelector('[hx-target="#' + slot.id + '"]');
    slot.textContent = '';
    if (opener) opener.focus();
  });

  // --- start ------------------------------------------------------------------------------------

  function prepare(root) {
    const all = (selector) => [...(root.matches && root.matches(selector) ? [root] : []), ...root.querySelectorAll(selector)];
    for (const area of all('textarea')) {
      if (area.dataset.ready) continue;
      area.dataset.ready = 'yes';
      if (area.dataset.tools) addToolbar(area);
      if (area.dataset.keep !== undefined && area.form) drafts.restore(area);
      grow(area);
    }
    for (const input of all('input[data-show]')) {
      if (!input.parentElement.matches('.secret')) addReveal(input);
    }
    for (const table of all('.table')) {
      if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
    }
  }

  drafts.settle();
  prepare(document);
  document.addEventListener('restored', (event) => grow(event.target));
  document.addEventListener('htmx:load', (event) => {
    const fresh = event.detail.elt;
    if (fresh.id === 'main') drafts.settle();
    if (fresh.matches('article.post')) {
      fresh.classList.add('fresh');
      fresh.tabIndex = -1;
      fresh.focus();
    }
    prepare(fresh);
  });
  const problems = document.getElementById('problems');
  if (problems) problems.focus();
})();
