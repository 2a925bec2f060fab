// Small comforts on top of pages that work without them. Nothing here is needed to read, write or send.

const inside = (root, selector) => [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];

// Counts characters as people see them, and says so politely when they pause.
function count(line) {
  const field = document.getElementById(line.dataset.count);
  if (!field) return;
  const limit = Number(line.dataset.limit);
  const spoken = document.createElement("p");
  spoken.className = "vh";
  spoken.setAttribute("role", "status");
  line.after(spoken);
  let pause;
  const show = () => {
    const left = limit - [...field.value].length;
    const words = left < 0 ? line.dataset.over : line.dataset.left;
    line.textContent = words.replace("{n}", Math.abs(left)).replace("{limit}", limit);
    clearTimeout(pause);
    if (left < limit / 5) pause = setTimeout(() => (spoken.textContent = line.textContent), 1000);
  };
  show();
  field.addEventListener("input", show);
}

// Offers tags that exist, for the part after the last comma.
function complete(field) {
  const list = document.createElement("datalist");
  list.id = `${field.id}-known`;
  field.after(list);
  field.setAttribute("list", list.id);
  field.autocomplete = "off";
  let pause;
  let asked = "";
  const ask = async () => {
    const begun = field.value.lastIndexOf(",") + 1;
    const kept = field.value.slice(0, begun) + (begun ? " " : "");
    const word = field.value.slice(begun).trim();
    if (word.length < 2 || word === asked) return;
    asked = word;
    const address = new URL(field.dataset.tags, location.href);
    address.searchParams.set("q", word);
    const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || word !== asked) return;
    const known = await answer.json();
    list.replaceChildren(...known.map((tag) => new Option(tag.description || tag.name, kept + tag.name)));
  };
  field.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(ask, 200);
  });
}

// Asks before words typed into a guarded form are left behind.
function guard(form) {
  let unsaved = form.querySelector("[aria-invalid=true]") !== null;
  form.addEventListener("input", () => (unsaved = true));
  form.addEventListener("submit", () => (unsaved = false));
  addEventListener("beforeunload", (event) => {
    if (unsaved && form.isConnected) event.preventDefault();
  });
}

// After a refused form the summary speaks first.
function enhance(root) {
  inside(root, "[data-count]").forEach(count);
  inside(root, "input[data-tags]").forEach(complete);
  inside(root, "form[data-guard]").forEach(guard);
  inside(root, ".errors[role=alert]")[0]?.focus();
}

// Whoever quotes goes on writing below the quotation.
function writeOn() {
  const text = document.getElementById(location.hash.slice(1));
  if (!(text instanceof HTMLTextAreaElement)) return;
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
}

enhance(document);
writeOn();
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) enhance(event.target);
});
