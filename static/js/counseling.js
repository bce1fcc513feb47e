/* Counseling. What signed-in people type is kept by the server at the pauses of typing, and never in this browser; a
   page that makes one wait counts down; a receipt code can be printed. Every page works without this. */
(() => {
  'use strict';

  const PAUSE = 2000;

  // --- drafts ------------------------------------------------------------------------------------

  for (const form of document.querySelectorAll('form[data-draft-place]')) {
    const note = form.querySelector('[data-draft-said]');
    let timer = 0;
    let waits = false;
    let isSent = false;
    let underWay = null;

    const fields = () => {
      const found = new FormData(form);
      found.delete('files');
      found.set('place', form.dataset.draftPlace);
      return found;
    };

    const keep = async (leaving) => {
      clearTimeout(timer);
      if (isSent || !waits) return;
      waits = false;
      underWay = new AbortController();
      let isKept = false;
      try {
        const answer = await fetch('/counseling/drafts', {
          method: 'POST', body: fields(), keepalive: Boolean(leaving), credentials: 'same-origin', signal: underWay.signal,
        });
        isKept = answer.ok;
        if (answer.ok && note) note.textContent = (await answer.json()).kept ? note.dataset.draftSaid : '';
      } catch { /* tried again at the next key */ }
      if (!isKept && !isSent) {
        waits = true;
        if (note) note.textContent = note.dataset.draftFailed;
      }
    };

    form.addEventListener('input', (event) => {
      if (event.target.type === 'file') return;
      waits = true;
      isSent = false;
      clearTimeout(timer);
      timer = setTimeout(() => keep(false), PAUSE);
    });
    form.addEventListener('submit', () => {
      // Nothing that is on its way may arrive as a draft of what was sent.
      isSent = true;
      clearTimeout(timer);
      if (underWay) underWay.abort();
    });
    window.addEventListener('pagehide', () => keep(true));
    document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') keep(true); });
  }

  // --- waiting before a code is tried again ------------------------------------------------------

  const wait = document.querySelector('[data-wait]');
  if (wait) setTimeout(() => { wait.textContent = wait.dataset.waitOver; }, Number(wait.dataset.wait) * 1000);

  // --- printing ----------------------------------------------------------------------------------

  for (const button of document.querySelectorAll('[data-print]')) {
    button.hidden = false;
    button.addEventListener('click', () => window.print());
  }
})();
