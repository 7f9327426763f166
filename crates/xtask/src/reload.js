
// Only in `cargo xtask dev`: another build is being served, so load the page again.
{
  const served = async () => {
    try {
      const answer = await fetch("/build.txt", { cache: "no-store" });
      return answer.ok ? await answer.text() : undefined;
    } catch {
      return undefined;
    }
  };
  const first = await served();
  setInterval(async () => {
    const now = await served();
    if (first !== undefined && now !== undefined && now !== first) location.reload();
  }, 1000);
}
