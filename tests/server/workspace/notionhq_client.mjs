// Journeys of @notionhq/client through a workspace; each prints what it saw as one line of JSON.
// node notionhq_client.mjs <address> <token> <version> <journey> <id of a shared page>

import {
  APIErrorCode,
  Client,
  collectAllDataSourceRows,
  collectDataSourceTemplates,
  collectPaginatedAPI,
  isFullBlock,
  isFullComment,
  isFullDatabase,
  isFullDataSource,
  isFullPage,
  isFullUser,
  isNotionClientError,
  iteratePaginatedAPI,
} from "@notionhq/client";

const [baseUrl, auth, notionVersion, journey, root] = process.argv.slice(2);
const isNewest = notionVersion === "2026-03-11";
const notion = new Client({ auth, baseUrl, notionVersion, logLevel: "error" });

const text = (content) => [{ text: { content } }];
const paragraph = (content) => ({ paragraph: { rich_text: text(content) } });
const plain = (richText) => richText.map((item) => item.plain_text).join("");
const named = (name, more = {}) => ({ Name: { title: text(name) }, ...more });
const nameOf = (row) => plain(row.properties.Name.title);
const trashing = (flag) => (isNewest ? { in_trash: flag } : { archived: flag });

async function makeTable(title, properties = {}) {
  const database = await notion.databases.create({
    parent: { type: "page_id", page_id: root },
    title: text(title),
    initial_data_source: { properties: { Name: { title: {} }, ...properties } },
  });
  return { database, id: database.data_sources[0].id };
}

const addRow = (table, name, more) =>
  notion.pages.create({
    parent: { type: "data_source_id", data_source_id: table },
    properties: named(name, more),
  });

async function refusal(request) {
  try {
    await request();
    return "none";
  } catch (error) {
    return isNotionClientError(error) ? [error.code, error.status ?? null] : String(error);
  }
}

const journeys = {
  async users() {
    const me = await notion.users.me({});
    const again = await notion.users.retrieve({ user_id: me.id });
    const all = await notion.users.list({ page_size: 10 });
    return {
      me: me.name,
      again: again.id === me.id,
      all: all.results.map((user) => [user.name, user.type]),
      full: all.results.every(isFullUser),
    };
  },

  async search() {
    const { id } = await makeTable("Alpha table");
    await addRow(id, "Alpha row");
    const only = (value) =>
      notion.search({
        query: "alpha",
        filter: { property: "object", value },
        sort: { timestamp: "last_edited_time", direction: "descending" },
      });
    const [pages, tables] = [await only("page"), await only("data_source")];
    return {
      type: pages.type,
      pages: pages.results.map(nameOf),
      tables: tables.results.map((table) => plain(table.title)),
    };
  },

  async databases() {
    const { database } = await makeTable("Before");
    const found = await notion.databases.retrieve({ database_id: database.id });
    const changed = await notion.databases.update({
      database_id: database.id,
      title: text("After"),
      description: text("About"),
      icon: { type: "emoji", emoji: "🔥" },
      is_inline: true,
    });
    const trashed = await notion.databases.update({ database_id: database.id, in_trash: true });
    return {
      full: [database, found, changed].every(isFullDatabase),
      titles: [found, changed].map((each) => plain(each.title)),
      about: plain(changed.description),
      icon: changed.icon.emoji,
      inline: changed.is_inline,
      tables: found.data_sources.map((table) => table.name),
      trashed: trashed.in_trash,
      archived: "archived" in trashed,
    };
  },

  async dataSources() {
    const { database } = await makeTable("First");
    const made = await notion.dataSources.create({
      parent: { type: "database_id", database_id: database.id },
      title: text("Second"),
      properties: { Name: { title: {} }, Points: { number: { format: "number" } }, Old: { url: {} } },
    });
    const changed = await notion.dataSources.update({
      data_source_id: made.id,
      title: text("Renamed"),
      properties: { Points: { name: "Effort" }, Old: null, State: { status: {} } },
    });
    const found = await notion.dataSources.retrieve({ data_source_id: made.id });
    for (const points of [3, 1, 2]) {
      await addRow(made.id, `row ${points}`, { Effort: { number: points } });
    }
    const rows = await notion.dataSources.query({
      data_source_id: made.id,
      filter: { property: "Effort", number: { greater_than: 1 } },
      sorts: [{ property: "Effort", direction: "descending" }],
      filter_properties: ["title"],
    });
    const trashed = await notion.dataSources.update({ data_source_id: made.id, in_trash: true });
    return {
      full: [made, changed, found].every(isFullDataSource),
      title: plain(found.title),
      properties: Object.keys(found.properties).sort(),
      rows: rows.results.map(nameOf),
      shown: Object.keys(rows.results[0].properties),
      trashed: trashed.in_trash,
    };
  },

  async pages() {
    const { id: table } = await makeTable("Rows", { Notes: { rich_text: {} }, Done: { checkbox: {} } });
    const notes = { rich_text: ["a", "b", "c"].flatMap(text) };
    const row = await addRow(table, "before", { Notes: notes });
    const changed = await notion.pages.update({
      page_id: row.id,
      properties: named("after", { Done: { checkbox: true } }),
      icon: { type: "emoji", emoji: "✅" },
    });
    const found = await notion.pages.retrieve({ page_id: row.id, filter_properties: ["title"] });
    const items = [];
    let start_cursor;
    do {
      const part = await notion.pages.properties.retrieve({
        page_id: row.id,
        property_id: row.properties.Notes.id,
        page_size: 2,
        start_cursor,
      });
      items.push(part.results.map((item) => item.rich_text.plain_text));
      start_cursor = part.next_cursor ?? undefined;
    } while (start_cursor);
    const done = await notion.pages.properties.retrieve({
      page_id: row.id,
      property_id: row.properties.Done.id,
    });
    const away = await notion.pages.update({ page_id: row.id, ...trashing(true) });
    const hidden = await notion.dataSources.query({ data_source_id: table });
    const back = await notion.pages.update({ page_id: row.id, ...trashing(false) });
    return {
      full: [row, changed, found].every(isFullPage),
      names: [row, changed].map(nameOf),
      icon: changed.icon.emoji,
      shown: Object.keys(found.properties),
      items,
      done: done.checkbox,
      trash: [away, back].map((page) => page.in_trash),
      archived: [away, back].map((page) => page.archived ?? null),
      hidden: hidden.results.length,
    };
  },

  async moving() {
    const { id: table } = await makeTable("Home");
    const page = await notion.pages.create({
      parent: { type: "page_id", page_id: root },
      properties: { title: { title: text("Wanderer") } },
    });
    const moved = await notion.pages.move({
      page_id: page.id,
      parent: { type: "data_source_id", data_source_id: table },
    });
    const rows = await notion.dataSources.query({ data_source_id: table });
    return { same: moved.id === page.id, parent: moved.parent.type, rows: rows.results.map(nameOf) };
  },

  async blocks() {
    const children = [
      paragraph("one"),
      { toggle: { rich_text: text("two"), children: [paragraph("inside")] } },
      { to_do: { rich_text: text("three"), checked: false } },
    ];
    const added = await notion.blocks.children.append({ block_id: root, children });
    const [first, toggle, task] = added.results;
    const after = isNewest
      ? { position: { type: "after_block", after_block: { id: first.id } } }
      : { after: first.id };
    await notion.blocks.children.append({ block_id: root, children: [{ divider: {} }], ...after });
    const listed = await notion.blocks.children.list({ block_id: root });
    const inside = await notion.blocks.children.list({ block_id: toggle.id });
    const ticked = await notion.blocks.update({ block_id: task.id, to_do: { checked: true } });
    const found = await notion.blocks.retrieve({ block_id: task.id });
    const deleted = await notion.blocks.delete({ block_id: first.id });
    const left = await notion.blocks.children.list({ block_id: root });
    return {
      full: [...listed.results, found, deleted].every(isFullBlock),
      types: listed.results.map((block) => block.type),
      inside: inside.results.map((block) => plain(block.paragraph.rich_text)),
      ticked: [ticked, found].map((block) => [plain(block.to_do.rich_text), block.to_do.checked]),
      deleted: [deleted.in_trash, deleted.archived ?? null],
      left: left.results.map((block) => block.type),
    };
  },

  async comments() {
    const first = await notion.comments.create({
      parent: { page_id: root },
      rich_text: text("first"),
    });
    const reply = await notion.comments.create({
      discussion_id: first.discussion_id,
      rich_text: text("reply"),
    });
    const listed = await notion.comments.list({ block_id: root });
    const changed = await notion.comments.update({ comment_id: reply.id, rich_text: text("better") });
    const found = await notion.comments.retrieve({ comment_id: reply.id });
    await notion.comments.delete({ comment_id: first.id });
    const left = await notion.comments.list({ block_id: root });
    return {
      full: [first, reply, found].every(isFullComment),
      together: reply.discussion_id === first.discussion_id,
      listed: listed.results.map((comment) => plain(comment.rich_text)),
      changed: [changed, found].map((comment) => plain(comment.rich_text)),
      left: left.results.map((comment) => comment.id === reply.id),
    };
  },

  async paging() {
    const { id: data_source_id } = await makeTable("Many");
    for (const name of ["one", "two", "three", "four", "five"]) {
      await addRow(data_source_id, name);
    }
    const sorts = [{ property: "Name", direction: "ascending" }];
    const asked = { data_source_id, sorts, page_size: 2 };
    const first = await notion.dataSources.query(asked);
    const collected = await collectPaginatedAPI(notion.dataSources.query, asked);
    const iterated = [];
    for await (const row of iteratePaginatedAPI(notion.dataSources.query, asked)) {
      iterated.push(nameOf(row));
    }
    return {
      more: first.has_more,
      collected: collected.map(nameOf),
      same: iterated.join() === collected.map(nameOf).join(),
      templates: await collectDataSourceTemplates(notion, { data_source_id }),
    };
  },

  // Over a table that stands there already, and of which one query gives only a part.
  async windows() {
    const found = await notion.search({ filter: { property: "object", value: "data_source" } });
    const data_source_id = found.results[0].id;
    const part = await collectPaginatedAPI(notion.dataSources.query, { data_source_id });
    const whole = await collectAllDataSourceRows(notion, { data_source_id });
    return { part: part.length, whole: whole.map(nameOf) };
  },

  async errors() {
    const stranger = new Client({ auth: "nobody", baseUrl, notionVersion, logLevel: "error" });
    const nil = "00000000-0000-0000-0000-000000000000";
    return {
      known: Object.values(APIErrorCode).includes("service_overload"),
      unauthorized: await refusal(() => stranger.users.me({})),
      malformed: await refusal(() => notion.pages.retrieve({ page_id: "AAA" })),
      missing: await refusal(() => notion.pages.retrieve({ page_id: nil })),
      nowhere: await refusal(() => notion.request({ path: "nowhere", method: "get" })),
      invalid: await refusal(() =>
        notion.pages.create({ parent: { page_id: root }, properties: { Nope: { number: 1 } } })
      ),
      traversal: await refusal(() => notion.blocks.retrieve({ block_id: "../users/me" })),
    };
  },

  // The test has faults wait for each of these.
  async retries() {
    return {
      read: (await notion.users.me({})).name,
      written: plain((await notion.pages.update({
        page_id: root,
        properties: { title: { title: text("written") } },
      })).properties.title.title),
      refused: await refusal(() => notion.search({ query: "" })),
    };
  },
};

console.log(JSON.stringify(await journeys[journey]()));
