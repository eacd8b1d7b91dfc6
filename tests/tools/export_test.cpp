// Rows as CSV and JSON Lines, files that appear whole or not at all, and the filters of every table.
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/node/small_chain.h"
#include "tests/storage/temp_folder.h"
#include "tools/replay/export_tables.h"
#include "tools/client/item_file.h"

using namespace touchstone;
using namespace touchstone::tools;
using nlohmann::json;
using touchstone::node::test::SmallChain;
namespace lt = touchstone::ledger::test;

namespace {

std::string content_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    REQUIRE(in);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

class ChainBlocks final : public BlockSource {
  public:
    explicit ChainBlocks(const SmallChain& chain) : chain_(chain) {}
    Height last() const override { return Height(chain_.blocks.size()); }
    const Hash256& chain_id() const override { return chain_.target.chain_id; }
    std::string note() const override { return {}; }
    node::Audited<node::RawBlock> read(Height height) override { return chain_.blocks.at(height.value - 1); }

  private:
    const SmallChain& chain_;
};

// All rows of a table, as an export in JSON Lines writes them.
std::vector<json> rows_of(const SmallChain& chain, const std::string& table, const ExportFilter& filter = {}) {
    const touchstone::test::TempFolder folder;
    const TableInfo* const info = find_table(table);
    REQUIRE(info != nullptr);
    REQUIRE(check_filter(*info, filter).ok());
    std::vector<std::string> columns;
    for (const Column& column : info->columns) columns.emplace_back(column.name);
    const std::string path = folder.path() + "/rows";
    auto writer = RowWriter::open(path, RowFormat::kJsonLines, columns);
    REQUIRE(writer.ok());
    auto replay = Replay::open(chain.target.genesis, folder.path());
    REQUIRE(replay.ok());
    Exporter exporter(*info, filter, (*replay)->target(), **writer);
    ChainBlocks source(chain);
    const auto report = (*replay)->run(
        source, {filter.to.value_or(Height(0)),
                 [&](const node::Auditor::Applied& applied) { return exporter.on_block(applied); },
                 [&](const storage::StateReadGuard& state) { return exporter.on_state(state); }, nullptr});
    if (!report.ok()) FAIL(report.error().text());
    REQUIRE((*writer)->finish().ok());
    std::vector<json> rows;
    std::istringstream lines(content_of(path));
    for (std::string line; std::getline(lines, line);) rows.push_back(json::parse(line));
    REQUIRE(rows.size() == (*writer)->rows());
    return rows;
}

std::multiset<std::string> all(const std::vector<json>& rows, const char* column) {
    std::multiset<std::string> values;
    for (const json& row : rows)
        values.insert(row.at(column).is_string() ? row.at(column).get<std::string>() : row.at(column).dump());
    return values;
}

ExportFilter of_heights(std::uint64_t from, std::uint64_t to) { return {Height(from), Height(to), {}, {}}; }

}  // namespace

TEST_CASE("csv: quotes where RFC 4180 wants them, and nowhere else", "[export]") {
    REQUIRE(csv_line({}) == "");
    REQUIRE(csv_line({std::string("plain"), std::uint64_t{7}, true, Cell{}, std::string()}) == "plain,7,true,,");
    REQUIRE(csv_line({std::string("a,b"), std::string("say \"x\""), std::string("two\r\nlines"), std::string(" s ")}) ==
            "\"a,b\",\"say \"\"x\"\"\",\"two\r\nlines\", s ");
    // What our own reader makes of it.
    const Row row{std::string("a,b"), std::string("\"\""), std::string("ü"), std::string()};
    REQUIRE(split_csv(csv_line(row), ',') == std::vector<std::string>{"a,b", "\"\"", "ü", ""});
}

TEST_CASE("json lines: one object, in the order of the columns", "[export]") {
    REQUIRE(json_line({"b", "a", "n", "t"}, {std::string("x\"\n"), Cell{}, std::uint64_t{18446744073709551615u},
                                             false}) == R"({"b":"x\"\n","a":null,"n":18446744073709551615,"t":false})");
    REQUIRE(text_cell("") == Cell{});
    REQUIRE(text_cell("x") == Cell{std::string("x")});
}

TEST_CASE("a file of rows appears whole or not at all", "[export]") {
    const touchstone::test::TempFolder folder;
    const std::string path = folder.path() + "/rows.csv";
    const auto files = [&] {
        return std::distance(std::filesystem::directory_iterator(folder.path()), std::filesystem::directory_iterator());
    };
    {
        auto writer = RowWriter::open(path, RowFormat::kCsv, {"a", "b"});
        REQUIRE(writer.ok());
        for (int i = 0; i < 10'000; ++i) REQUIRE((*writer)->write({std::string("some text"), std::uint64_t{1}}).ok());
        REQUIRE_FALSE(std::filesystem::exists(path));
    }
    REQUIRE(files() == 0);
    std::ofstream(path) << "old";
    {
        auto writer = RowWriter::open(path, RowFormat::kCsv, {"a", "b"});
        REQUIRE(writer.ok());
        REQUIRE((*writer)->write({std::string("x"), Cell{}}).ok());
        REQUIRE(content_of(path) == "old");
        REQUIRE((*writer)->finish().ok());
    }
    REQUIRE(content_of(path) == "a,b\r\nx,\r\n");
    REQUIRE(files() == 1);
    REQUIRE(RowWriter::open(folder.path() + "/absent/rows.csv", RowFormat::kCsv, {"a"}).error().code == "file_io");
}

TEST_CASE("export: blocks and transactions, by height and by who signed", "[export]") {
    SmallChain chain;
    chain.with_a_day();
    chain.blocks[3].certificate.clear();
    const auto blocks = rows_of(chain, "blocks");
    REQUIRE(all(blocks, "height") == std::multiset<std::string>{"1", "2", "3", "4", "5", "6", "7", "8"});
    REQUIRE(blocks[0]["parent"] == chain.target.chain_id.hex());
    REQUIRE(blocks[1]["parent"] == blocks[0]["hash"]);
    REQUIRE(blocks[2]["transactions"] == 2);
    REQUIRE(blocks[2]["signers"] == "v0 v1 v3");
    REQUIRE(blocks[3]["signers"].is_null());
    REQUIRE(blocks[2]["proposer"] == "v1");
    REQUIRE(all(rows_of(chain, "blocks", of_heights(3, 4)), "height") == std::multiset<std::string>{"3", "4"});

    const auto transactions = rows_of(chain, "transactions");
    REQUIRE(transactions.size() == 9);
    REQUIRE(transactions[2]["operations"] == "register");
    REQUIRE(
        (transactions[2]["accepted"] == 5 && transactions[2]["refused"] == 0 && transactions[2]["applied"] == true));
    REQUIRE((transactions[3]["height"] == 3 && transactions[3]["index"] == 1));
    REQUIRE(transactions[3]["refusal"].is_null());
    REQUIRE(all(rows_of(chain, "transactions", {{}, {}, {}, "shop"}), "operations") ==
            std::multiset<std::string>{"receive", "sell"});
}

TEST_CASE("export: events, of items, lots and products, by product, party and height", "[export]") {
    SmallChain chain;
    chain.with_a_day();
    chain.add("rival", {ledger::op::DeclareProduct{lt::kOtherGtin, "Other, \"quoted\"", {}, {}}});
    const auto events = rows_of(chain, "events");
    REQUIRE(events.size() == 22);
    REQUIRE(all(rows_of(chain, "events", of_heights(4, 4)), "event") ==
            std::multiset<std::string>{"shipped", "shipped", "shipped", "shipped"});
    REQUIRE(all(rows_of(chain, "events", of_heights(7, 8)), "lot") == std::multiset<std::string>{"null", "null"});
    REQUIRE(all(rows_of(chain, "events", of_heights(7, 8)), "of") == std::multiset<std::string>{"product", "product"});
    // The shop is the other party of the shipments.
    REQUIRE(rows_of(chain, "events", {{}, {}, {}, "shop"}).size() == 4 + 4 + 2);
    const auto other = rows_of(chain, "events", {{}, {}, lt::kOtherGtin, {}});
    REQUIRE(other.size() == 1);
    REQUIRE((other[0]["event"] == "declared" && other[0]["of"] == "product" && other[0]["actor"] == "rival"));
    REQUIRE(rows_of(chain, "events", {{}, {}, lt::kGtin, {}}).size() == 21);
    const json& sold =
        *std::find_if(events.begin(), events.end(), [](const json& row) { return row["event"] == "sold"; });
    REQUIRE((sold["biz_step"] == "retail_selling" && sold["detail"] == "FR" && sold["sequence"] == 3));
    REQUIRE(sold["gtin"] == lt::kGtin);
}

TEST_CASE("export: what is, at the end and after an earlier block", "[export]") {
    SmallChain chain;
    chain.with_a_day();
    // Of a height in the middle whose certificate comes later.
    chain.blocks[3].certificate.clear();
    const auto items = rows_of(chain, "items");
    REQUIRE(items.size() == 8);
    REQUIRE(all(items, "state").count("sold") == 2);
    const auto in_transit = rows_of(chain, "items", {{}, Height(4), {}, {}});
    REQUIRE(all(in_transit, "state").count("in_transit") == 4);
    REQUIRE(all(in_transit, "receiver").count("shop") == 4);
    REQUIRE(rows_of(chain, "items", {{}, {}, {}, "shop"}).size() == 4);
    REQUIRE(rows_of(chain, "items", {{}, Height(4), {}, "shop"}).size() == 4);
    REQUIRE(rows_of(chain, "items", {{}, Height(2), {}, {}}).empty());
    REQUIRE(rows_of(chain, "items", {{}, {}, lt::kOtherGtin, {}}).empty());

    const auto products = rows_of(chain, "products");
    REQUIRE(products.size() == 1);
    REQUIRE((products[0]["gtin"] == lt::kGtin && products[0]["registered"] == 8 && products[0]["lots_recalled"] == 2));
    REQUIRE(products[0]["recalled_by"].is_null());
    REQUIRE(rows_of(chain, "products", {{}, {}, {}, "rival"}).empty());
    const auto licences = rows_of(chain, "licences");
    REQUIRE((licences.size() == 1 && licences[0]["used"] == 5 && licences[0]["until"].is_null()));
    REQUIRE(rows_of(chain, "licences", {{}, {}, {}, "brand"}).empty());
    REQUIRE(rows_of(chain, "organisations").size() == 9);
    const auto maker = rows_of(chain, "organisations", {{}, {}, {}, "maker"});
    REQUIRE((maker.size() == 1 && maker[0]["roles"] == "manufacturer"));
    // The revoked key is left out.
    REQUIRE(maker[0]["keys"] == to_hex(lt::key_of("maker").public_key().view()));
}

TEST_CASE("export: filters that a table has no use for are refused", "[export]") {
    const auto refused = [](const char* table, const ExportFilter& filter) {
        const Status checked = check_filter(*find_table(table), filter);
        return !checked.ok() && checked.error().code == "usage";
    };
    REQUIRE(refused("items", {Height(1), {}, {}, {}}));
    REQUIRE(refused("organisations", {{}, {}, lt::kGtin, {}}));
    REQUIRE(refused("transactions", {{}, {}, lt::kGtin, {}}));
    REQUIRE(refused("blocks", {{}, {}, {}, "shop"}));
    REQUIRE(refused("events", {Height(3), Height(2), {}, {}}));
    REQUIRE(find_table("nothing") == nullptr);
}

TEST_CASE("replay: a fault ends it, a height above the chain is refused, and nothing is left behind", "[export]") {
    const touchstone::test::TempFolder folder;
    SmallChain chain;
    chain.with_a_day();
    const auto run = [&](Height until) {
        ChainBlocks source(chain);
        auto replay = Replay::open(chain.target.genesis, folder.path());
        REQUIRE(replay.ok());
        return (*replay)->run(source, {until, nullptr, nullptr, nullptr});
    };
    REQUIRE(run(Height(0))->height == Height(8));
    REQUIRE(run(Height(5))->height == Height(5));
    chain.blocks[4].certificate.clear();
    REQUIRE(run(Height(5))->height == Height(6));
    REQUIRE(run(Height(9)).error().code == "no_such_block");
    chain.blocks[6].body[250] ^= 1;
    REQUIRE(run(Height(0)).error().height == Height(7));
    REQUIRE(std::filesystem::is_empty(folder.path()));
    REQUIRE(Replay::open(chain.target.genesis, folder.path() + "/absent").error().code == "file_io");
}

// The item's own record still names who packed it: the pallet has moved on since.
TEST_CASE("export: packed items are where their outermost container is", "[export]") {
    SmallChain chain;
    const ledger::ContainerName box{"brand", ledger::sscc_commitment("106141400000000010")},
        pallet{"brand", ledger::sscc_commitment("106141400000000096")};
    chain.add("brand", {ledger::op::DeclareProduct{lt::kGtin, "Lamp", {}, {}}});
    chain.add("brand", {lt::World::registration(lt::items(0, 3), "L1")});
    chain.add("brand", {ledger::op::Pack{box, lt::items(0, 2), {}}, ledger::op::Pack{pallet, {}, {box}}});
    chain.add("brand", {ledger::op::Ship{{}, "carrier", "DN", {pallet}}});
    chain.add("carrier", {ledger::op::Receive{{}, {pallet}}});
    chain.add("carrier", {ledger::op::Ship{{}, "shop", "CMR", {pallet}}});
    const auto items = rows_of(chain, "items");
    REQUIRE(all(items, "custodian") == std::multiset<std::string>{"brand", "carrier", "carrier"});
    REQUIRE(all(items, "receiver") == std::multiset<std::string>{"null", "shop", "shop"});
    REQUIRE(all(items, "container") == std::multiset<std::string>{"null", box.key().hex(), box.key().hex()});
    REQUIRE(all(items, "state") == std::multiset<std::string>{"active", "packed", "packed"});
    REQUIRE(rows_of(chain, "items", {{}, {}, {}, "shop"}).size() == 2);
    REQUIRE(rows_of(chain, "items", {{}, {}, {}, "carrier"}).size() == 2);
    REQUIRE(all(rows_of(chain, "items", {{}, Height(4), {}, "carrier"}), "custodian") ==
            std::multiset<std::string>{"brand", "brand"});
}
