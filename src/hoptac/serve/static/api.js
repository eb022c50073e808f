// Calls to the server.

/** An answer that is an error: its HTTP `status` (0 for none at all) and the server's sentence. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function call(path, body, signal) {
  let response;
  try {
    response = await fetch(path, {
      method: body === undefined ? "GET" : "POST",
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, "");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(response.status, answer.error ?? response.statusText);
  return answer;
}

export const getSchema = () => call("/api/schema");
export const predict = (text, whole, signal) => call("/api/predict", { text, keep_furniture: whole }, signal);
export const readMarkup = (markup) => call("/api/article", { markup });
export const writeAnnotation = (body) => call("/api/annotation", body);
