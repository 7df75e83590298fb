// A button that copies what stands in a field. Without a script, or where a page may not copy, the field is there to mark.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const status = document.querySelector(`[data-copied="${button.dataset.copy}"]`);
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      status.textContent = "คัดลอกแล้ว";
    } catch {
      field.select();
      status.textContent = "กด Ctrl+C เพื่อคัดลอก";
    }
  });
}
