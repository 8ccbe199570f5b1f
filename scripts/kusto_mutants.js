// Each query of a file of JSON lines with one token taken out, replaced, put in or exchanged; always the same ones.
const fs = require('fs');
let seed = 7;
const below = limit => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return (seed >>> 8) % limit; };
const pool = ['|', 'by', 'on', 'and', 'or', '==', '=~', '(', ')', ',', '"x"', '12', '*', '.', 'in', 'has', '[', ']', 'Name', '1h', ':', '-'];
for (const line of fs.readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean)) {
  const query = JSON.parse(line).query ?? '';
  const tokens = query.match(/\/\/[^\n]*|"[^"\n]*"|'[^'\n]*'|\w+|\s+|[^\w\s]/g) ?? [];
  const places = tokens.flatMap((token, at) => token.trim() && !token.startsWith('//') ? [at] : []);
  if (!places.length || query.length > 3000) continue;
  const at = places[below(places.length)], other = places[below(places.length)], word = pool[below(pool.length)];
  switch (below(4)) {
    case 0: tokens[at] = ''; break;
    case 1: tokens[at] = word; break;
    case 2: tokens.splice(at, 0, ` ${word} `); break;
    default: [tokens[at], tokens[other]] = [tokens[other], tokens[at]];
  }
  console.log(JSON.stringify({ query: tokens.join('') }));
}
