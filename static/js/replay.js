// Plays a video in the page. Nothing is asked of YouTube before the click; without this script the links lead there.
"use strict";

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-second]");
  const video = document.getElementById("player");
  const elsewhere = event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || !video || elsewhere || event.defaultPrevented) return;
  event.preventDefault();
  play(video, Number(link.dataset.second));
});

// A new frame each time: with a new address in the old one, the browser's back button would leave the chapter only.
function play(video, second) {
  const frame = document.createElement("iframe");
  const address = new URL(video.dataset.embed);
  address.search = new URLSearchParams({ autoplay: 1, playsinline: 1, hl: "th", start: second });
  frame.title = video.dataset.title;
  frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
  frame.referrerPolicy = "strict-origin"; // YouTube plays only in sites that say who they are
  frame.src = address;
  if (!video.classList.contains("playing")) count(video.dataset.count);
  video.classList.add("playing");
  video.replaceChildren(frame);
  frame.focus();
}

function count(address) {
  if (address) fetch(address, { method: "POST", keepalive: true }).catch(() => {});
}
