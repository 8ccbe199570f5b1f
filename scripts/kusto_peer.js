// Verdicts of Microsoft's Kusto parser beside ours: agreement, and each difference with both messages.
// "Valid" is: no diagnostic of syntax. What we read but do not support counts as valid in ours.
const vm = require('vm'), fs = require('fs');
const [library, queries, ours] = process.argv.slice(2);
for (const file of ['bridge.min.js', 'Kusto.Language.Bridge.min.js']) {
  vm.runInThisContext(fs.readFileSync(`${library}/${file}`, 'utf8'));
}
const syntax = text => {
  const found = Kusto.Language.KustoCode.Parse(text).GetSyntaxDiagnostics(), told = [];
  for (let i = 0; i < found.Count; i++) {
    const one = found.getItem(i);
    told.push(`${one.Code} at ${one.Start}: ${one.Message}`);
  }
  return told;
};
const verdicts = new Map(fs.readFileSync(ours, 'utf8').split('\n').filter(Boolean).map(line => {
  const tab = line.indexOf('\t');
  return [Number(line.slice(0, tab)), line.slice(tab + 1)];
}));
const tally = { both_valid: 0, both_invalid: 0, only_ours: 0, only_theirs: 0, unsupported: 0 };
const differences = [];
fs.readFileSync(queries, 'utf8').split('\n').filter(Boolean).forEach((line, number) => {
  const text = JSON.parse(line).query ?? '', theirs = syntax(text), our = verdicts.get(number) ?? 'missing';
  const valid = our === 'ok' || !/(^|\|\| )query\.(syntax|value|limit|name) /.test(our);
  if (our !== 'ok' && valid) tally.unsupported++;
  if (valid && !theirs.length) tally.both_valid++;
  else if (!valid && theirs.length) tally.both_invalid++;
  else {
    tally[valid ? 'only_ours' : 'only_theirs']++;
    differences.push(`${number}: ${valid ? `theirs refuse: ${theirs[0]}` : `ours refuses: ${our}`}`);
  }
});
const all = verdicts.size, agreed = tally.both_valid + tally.both_invalid;
console.log(`${all} queries: ${agreed} agreed (${(100 * agreed / all).toFixed(2)} %)`, JSON.stringify(tally));
differences.forEach(line => console.log(line));
