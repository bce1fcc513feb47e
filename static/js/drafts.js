/* What is typed is not lost: this browser keeps it at every key, and for signed-in people the server keeps it too, two
   seconds after the last key and when the page is left. A form with data-draft names its place on the server; the
   browser's copy then stands only for what the server has not taken yet. site.js calls `sccafeDrafts`. */
(() => {
  'use strict';

  const live = document.getElementById('live');
  const words = live ? live.dataset : {};
  const PREFIX = 'sccafe:draft:';
  const WEEK = 7 * 24 * 3600 * 1000;
  const PAUSE = 2000;
  const AGAIN = 15000;

  // --- this browser's copies, apart for each person who uses it ----------------------------------

  const local = {
    /** Which form it is, wherever it stands: its address and the post it answers. */
    place(form) {
      const parent = form.querySelector('[name=parent]');
      return new URL(form.action).pathname + '|' + (parent ? parent.value : '');
    },
    own: PREFIX + (words.person || '') + '|',
    key(area) {
      return local.own + local.place(area.form) + '|' + area.name;
    },
    read(key) {
      try {
        const draft = JSON.parse(localStorage.getItem(key));
        return draft && Date.now() - draft.at < WEEK ? draft : null;
      } catch { return null; }
    },
    write(key, draft) {
      try {
        if (draft.text.trim() || (draft.title || '').trim()) localStorage.setItem(key, JSON.stringify(draft));
        else localStorage.removeItem(key);
      } catch { /* storage is full or forbidden: the server keeps drafts too */ }
    },
    drop(key) {
      try { localStorage.removeItem(key); } catch { /* nothing is kept here */ }
    },
    each(act) {
      try {
        for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) act(key, local.read(key));
      } catch { /* nothing is kept here */ }
    },
    forget(test) {
      local.each((key, draft) => { if (!draft || test(draft)) local.drop(key); });
    },
    /** Note that a form's texts are on their way, or that they were not taken. */
    mark(sent, test) {
      local.each((key, draft) => { if (draft && test(key, draft)) local.write(key, { ...draft, sent }); });
    },
  };

  /** The form as the browser keeps it. */
  function record(area) {
    const form = area.form;
    const title = form.elements.title;
    return {
      text: area.value,
      title: title ? title.value : undefined,
      at: Date.now(),
      sent: false,
      kept: false,
      once: form.elements.once ? form.elements.once.value : '',
      place: form.dataset.draft || '',
      base: area.dataset.keptAt || '',
    };
  }

  function areaOf(form) {
    return form.querySelector('textarea[data-keep]');
  }

  // --- the server's copy ---------------------------------------------------------------------------

  const forms = new WeakMap();
  /** Forms with something that the server has not taken. */
  const waiting = new Set();

  function state(form) {
    if (!forms.has(form)) forms.set(form, { timer: 0, busy: false, sending: false, failed: false, at: 0 });
    return forms.get(form);
  }

  function token() {
    const field = document.querySelector('[name=csrf_token]');
    return field ? field.value : '';
  }

  /** Ask the server to keep something; its answer, or null where it could not be reached. */
  async function ask(fields, leaving) {
    const body = new FormData();
    body.append('csrf_token', token());
    for (const [name, value] of fields) body.append(name, value);
    try {
      const answer = await fetch('/drafts/keep', { method: 'POST', body, keepalive: Boolean(leaving), credentials: 'same-origin' });
      if (answer.ok) return await answer.json();
      return answer.status < 500 && answer.status !== 429 ? { refused: true } : null;
    } catch { return null; }
  }

  function fieldsOf(form) {
    const found = [['place', form.dataset.draft]];
    const boxes = new Set();
    for (const field of form.elements) {
      if (['once', 'title', 'body'].includes(field.name)) found.push([field.name, field.value]);
      if (field.type === 'checkbox' && ['themes', 'anonymous'].includes(field.name)) {
        boxes.add(field.name);
        if (field.checked) found.push([field.name, field.value]);
      }
    }
    for (const name of boxes) found.push(['with', name]);
    return found;
  }

  function schedule(form, pause) {
    const s = state(form);
    waiting.add(form);
    clearTimeout(s.timer);
    s.timer = setTimeout(() => save(form), pause);
  }

  async function save(form, leaving) {
    const s = state(form);
    clearTimeout(s.timer);
    if (s.sending || !waiting.has(form) || (s.busy && !leaving)) return;
    const area = areaOf(form);
    if (!area) return;
    const text = area.value;
    waiting.delete(form);
    s.busy = true;
    const fields = fieldsOf(form);
    // Tried again later, when another device may have gone further: the server is told when this was typed.
    if (s.failed) fields.push(['typed', s.at], ['base', area.dataset.keptAt || '']);
    const answer = await ask(fields, leaving);
    s.busy = false;
    s.failed = !answer || Boolean(answer.refused);
    if (s.sending) return;
    if (!answer || answer.refused) {
      // The browser has it. It is tried again as long as the form is there, or at the next key where it was refused.
      if (!answer && form.isConnected) schedule(form, AGAIN);
      return;
    }
    if (answer.sent) {
      // The form was sent before, and somebody writes on in it: from here on it is another one.
      if (form.elements.once) form.elements.once.value = newKey();
      schedule(form, PAUSE);
      return;
    }
    if (answer.newer) return;
    area.dataset.keptAt = answer.kept ? answer.at : '';
    const key = local.key(area);
    const draft = local.read(key);
    if (draft) local.write(key, { ...draft, base: area.dataset.keptAt, kept: answer.kept && draft.text === text });
    say(area, answer.kept ? words.kept : '');
    if (waiting.has(form)) schedule(form, PAUSE);
  }

  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  /** One quiet line below the field. */
  function say(area, text) {
    let note = area.form && area.form.querySelector('.draft-state');
    if (!note && text && area.form) {
      note = document.createElement('p');
      note.className = 'draft-state restored';
      area.after(note);
    }
    if (note) note.textContent = text || '';
  }

  function leave() {
    for (const form of [...waiting]) save(form, true);
  }
  window.addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') leave(); });
  window.addEventListener('online', () => { for (const form of [...waiting]) save(form); });

  // --- while somebody types -----------------------------------------------------------------------

  function changed(event) {
    const field = event.target;
    const form = field.form;
    if (!form) return;
    const area = areaOf(form);
    if (area && (field === area || field.name === 'title')) local.write(local.key(area), record(area));
    if (form.dataset.draft && area && field.type !== 'file') {
      say(area, '');
      state(form).at = Date.now();
      schedule(form, PAUSE);
    }
  }
  document.addEventListener('input', changed);

  // --- put back -------------------------------------------------------------------------------------

  function fields(form) {
    return [...form.elements].filter((field) => ['title', 'body', 'themes'].includes(field.name));
  }

  /** Empty the form, and offer to take that back. */
  function discard(area, note) {
    const form = area.form;
    const before = fields(form).map((field) => [field, field.type === 'checkbox' ? field.checked : field.value]);
    for (const [field] of before) {
      if (field.type === 'checkbox') field.checked = false;
      else field.value = '';
    }
    local.drop(local.key(area));
    if (form.dataset.draft) schedule(form, 0);
    note.textContent = words.discarded + ' ';
    note.append(pressing(words.undo, () => {
      for (const [field, value] of before) {
        if (field.type === 'checkbox') field.checked = value;
        else field.value = value;
      }
      note.remove();
      area.dispatchEvent(new Event('input', { bubbles: true }));
      area.focus();
    }));
    area.focus();
  }

  function pressing(label, act) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'plain';
    button.textContent = label;
    button.addEventListener('click', act);
    return button;
  }

  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-discard]');
    const form = link && link.closest('form');
    if (!form || !areaOf(form)) return;
    event.preventDefault();
    discard(areaOf(form), link.parentElement);
  });

  function show(area, draft) {
    const typed = area.value.trim() && !area.dataset.keptAt ? '\n' + area.value : '';
    area.value = draft.text + typed;
    const title = area.form.elements.title;
    if (title && draft.title && !title.value) title.value = draft.title;
    const old = area.form.querySelector('.restored');
    if (old) old.remove();
    const note = document.createElement('p');
    note.className = 'restored';
    note.append(area.dataset.restored, ' ');
    note.append(pressing(area.dataset.discard, () => discard(area, note)));
    area.after(note);
  }

  /** Whether a text that this browser kept is still to be gone on with: the server knows what was sent, and what is newer. */
  async function settle(key, draft) {
    const fields = [['place', draft.place], ['once', draft.once], ['body', draft.text], ['typed', draft.at], ['base', draft.base]];
    if (draft.title !== undefined) fields.push(['title', draft.title]);
    if (draft.kept) fields.push(['kept', '1']);
    const answer = await ask(fields);
    if (!answer || answer.refused) return null;
    if (answer.kept) local.write(key, { ...draft, sent: false, kept: true, base: answer.at });
    else local.drop(key);
    return answer;
  }

  /** Put the browser's copy back into a field, where it is not on the server and was not sent. */
  async function restore(area) {
    const key = local.key(area);
    const draft = local.read(key);
    const kept = area.dataset.keptAt;
    if (area.value.trim() && !kept) {
      // A text that the browser itself put back, as it does after Back, may have been sent: it is left alone.
      if (!area.defaultValue.trim()) return;
      // A form shown again with its text was not taken: what was sent is a draft once more.
      if (draft) local.write(key, { ...draft, text: area.value, sent: false, kept: false });
      if (area.form.dataset.draft) schedule(area.form, PAUSE);
      return;
    }
    if (!draft) return;
    if (!area.form.dataset.draft || !draft.place) {
      if (!draft.sent && !kept) show(area, draft);
      return;
    }
    // A page without it may have been made just before the server kept it: `settle` asks whether it is still there.
    if (draft.kept && !draft.sent && kept) {
      local.drop(key);
      return;
    }
    const answer = await settle(key, draft);
    if (answer && !answer.kept) return;
    if (area.isConnected) {
      show(area, draft);
      if (answer) area.dataset.keptAt = answer.at;
      else schedule(area.form, AGAIN);
      area.dispatchEvent(new Event('restored', { bubbles: true }));
    }
  }

  window.sccafeDrafts = {
    restore,
    /** A form is on its way: nothing more of it is kept, unless it comes back. */
    sending(form) {
      const s = state(form);
      clearTimeout(s.timer);
      s.sending = true;
      waiting.delete(form);
      const place = '|' + local.place(form) + '|';
      local.mark(true, (key) => key.includes(place));
    },
    /** What was sent was not taken. */
    notTaken(form) {
      local.mark(false, (key, draft) => draft.sent);
      if (!form) return;
      state(form).sending = false;
      if (form.dataset.draft && areaOf(form)) schedule(form, PAUSE);
    },
    /** The page is shown again as it was left: whoever writes on in a form, writes a draft. */
    shownAgain(form) {
      state(form).sending = false;
    },
    taken() {
      local.forget((draft) => draft.sent);
    },
    /** Somebody signs out: nothing of theirs stays in this browser. */
    forgetAll() {
      leave();
      local.forget(() => true);
    },
    /** After a page has come: what was sent is gone, unless this page says that it was not taken. */
    settle() {
      const refused = document.querySelector('#problem, #problems, .wrong') || location.pathname.startsWith('/sign-in');
      if (refused) {
        local.mark(false, (key, draft) => draft.sent);
        return;
      }
      const here = new Set([...document.querySelectorAll('form[data-draft]')].filter(areaOf).map((form) => local.key(areaOf(form))));
      local.each((key, draft) => {
        if (!draft) local.drop(key);
        else if (!draft.sent) return;
        else if (!draft.place || !draft.once) local.drop(key);
        else if (words.person && key.startsWith(local.own) && !here.has(key)) settle(key, draft);
      });
    },
  };
})();
