/** Reads JSON as Python writes it: with the bare tokens NaN and Infinity, which become null. */

/** Undefined for what is no JSON either way. */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parseWithoutTokens(text);
  }
}

function parseWithoutTokens(text: string): unknown {
  const tokensOrTexts = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;
  try {
    return JSON.parse(text.replace(tokensOrTexts, (part) => (part.startsWith('"') ? part : 'null')));
  } catch {
    return undefined;
  }
}
