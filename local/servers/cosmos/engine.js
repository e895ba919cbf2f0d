// Answers Cosmos SQL over items that it is told of: a line of JSON in, for questions a line of JSON out.
"use strict";
const fs = require("fs");
const path = require("path");
const Module = require("module");
const readline = require("readline");

const root = process.argv[2];
const library = path.join(root, "lib");

// The library's parser goes back for each parenthesis, which is exponential in their depth: remember what was parsed.
function loadParser() {
  const file = path.join(library, "parser.js");
  const once =
    "const peg$memo = new Map(); function peg$once(name, parse) { const key = name + ':' + peg$currPos;" +
    " const known = peg$memo.get(key); if (known) { peg$currPos = known[0]; return known[1]; }" +
    " const result = parse(); peg$memo.set(key, [peg$currPos, result]); return result; }";
  const source = fs
    .readFileSync(file, "utf8")
    .replace(/function peg\$parse(\w+)\(\) \{/g, (_, name) =>
      `function peg$parse${name}() { return peg$once("${name}", peg$raw${name}); } function peg$raw${name}() {`)
    .replace("function peg$parse(input, options) {", (start) => start + once);
  const parser = new Module(file, null);
  parser.filename = file;
  parser.paths = Module._nodeModulePaths(library);
  parser._compile(source, file);
  require.cache[file] = parser;
}

loadParser();
const parse = require(library).default;

const MOST_QUERIES = 500;
const MOST_BYTES = 4_000_000;
const queries = new Map();
const containers = new Map();

function compiled(text) {
  let query = queries.get(text);
  if (!query) {
    query = parse(text);
    // a list has no fields, and nothing has those of a JavaScript object
    query._code = query.code.replaceAll(
      'typeof $_ === "object" && $_ ?', 'typeof $_ === "object" && $_ && !Array.isArray($_) ?');
    if (queries.size >= MOST_QUERIES) queries.clear();
    queries.set(text, query);
  }
  return query;
}

function plain(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.assign(Object.create(null), Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)])));
}

function within(container, { partition, range }) {
  const partitions = containers.get(container) || new Map();
  if (partition !== null) return [...(partitions.get(partition)?.items.values() || [])];
  const kept = [...partitions.values()].filter((each) => range === null || each.range === range);
  return kept.flatMap((each) => [...each.items.values()]);
}

function page(found, skip, most) {
  const items = [];
  let bytes = 0;
  for (const item of found.slice(skip, skip + most)) {
    const text = JSON.stringify(item);
    if (items.length && bytes + text.length > MOST_BYTES) break;
    bytes += text.length;
    items.push(item);
  }
  return { items, next: skip + items.length < found.length ? skip + items.length : null };
}

const acts = {
  put({ container, partition, range, item }) {
    if (!containers.has(container)) containers.set(container, new Map());
    const partitions = containers.get(container);
    if (!partitions.has(partition)) partitions.set(partition, { range, items: new Map() });
    partitions.get(partition).items.set(item.id, plain(item));
  },
  drop({ container, partition, id }) {
    containers.get(container)?.get(partition)?.items.delete(id);
  },
  forget({ container }) {
    containers.delete(container);
  },
  ask({ container, query, parameters, skip, most, ...scope }) {
    return page(compiled(query).exec(within(container, scope), { parameters }).result, skip, most);
  },
  judge({ condition, item }) {
    return { holds: compiled("SELECT VALUE 1 " + condition).exec([plain(item)], {}).result.length > 0 };
  },
};

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { act, ...told } = JSON.parse(line);
  let answer;
  try {
    answer = acts[act](told);
  } catch (error) {
    answer = { error: String(error.message || error) };
  }
  if (answer !== undefined) process.stdout.write(JSON.stringify(answer) + "\n");
});
