/* The page of a personal link: says once that somebody has put the cursor into the field. Opening the page says nothing,
   because mail filters open every link; they do not begin to write. */
(() => {
  'use strict';
  const form = document.querySelector('form[data-opened]');
  if (!form) return;
  form.querySelector('textarea').addEventListener('focus', () => {
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
    fetch(form.dataset.opened, { method: 'POST', body, keepalive: true }).catch(() => {});
  }, { once: true });
})();
