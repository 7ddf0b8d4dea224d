// Weighs each text of a JSON array on standard input as twitter-text does.
const { parseTweet } = require('twitter-text');
const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(texts.map((t) => {
  const { weightedLength, valid } = parseTweet(t);
  return { weightedLength, valid };
})));
