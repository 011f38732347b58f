/** Called once when the server starts, so that the inbox asks for what never arrived. */
export async function register() {
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { inbox } = await import("./inbox.mjs");
    inbox();
  }
}
