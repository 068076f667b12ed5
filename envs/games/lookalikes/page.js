// Sends clicks and keys to the game and shows what it answers. The game itself and its score live in the server.
const board = document.getElementById("board");
const level = document.getElementById("level");

async function send(path, said) {
  const reply = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(said),
  });
  if (!reply.ok) throw new Error(await reply.text());
  show(await reply.json());
}

function show(state) {
  board.innerHTML = state.board;
  board.setAttribute("aria-label", state.text);
  for (const name of ["score", "moves", "status"]) document.getElementById(name).textContent = state[name];
  level.value = state.level;
}

board.addEventListener("click", (event) => {
  const box = board.getBoundingClientRect();
  send("/click", { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height });
});

document.addEventListener("keydown", (event) => {
  if (event.target !== document.body || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key.startsWith("Arrow") || event.key === "Backspace") event.preventDefault();
  send("/key", { key: event.key });
});

document.getElementById("new").addEventListener("click", (event) => {
  // The keys are the game's again.
  event.currentTarget.blur();
  send("/new", { level: Number(level.value) });
});
