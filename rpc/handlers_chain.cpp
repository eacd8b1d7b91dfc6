// chain_status, block_get, block_list, block_bytes, header_get.
#include "base/codec.h"
#include "base/limits.h"
#include "rpc/answer_parts.h"
#include "rpc/method.h"
#include "rpc/record_json.h"
#include "rpc/schemas.h"
#include "rpc/transaction_view.h"

namespace touchstone::rpc {
namespace {

constexpr std::size_t kBlocksPerPage = 100;  // block_list reads whole blocks

// Where the network can be reached, and attacked, is for who oversees it or runs this node.
enum class Addresses { kHidden, kTold };

void write_peers(JsonWriter& out, const NodeStatus& status, Addresses addresses) {
    out.key("peers").begin_array();
    for (const PeerStatus& peer : status.peers) {
        out.begin_object().field("name", peer.name).key("address");
        addresses == Addresses::kTold ? out.string(peer.address) : out.null();
        out.field("validator", peer.validator).field("connected", peer.connected);
        out.field("height", peer.height.value).end_object();
    }
    out.end_array();
}

HandlerError chain_status(const CallContext& context, const Params&, JsonWriter& out) {
    const NodeStatus status = context.node().status();
    out.begin_object().field("version", status.version).field("chain_name", status.chain_name);
    out.field_hex("chain_id", status.chain_id.view()).field("name", status.name).field("validator", status.validator);
    out.field("epoch", status.epoch.value);
    out.field("height", status.height.value).field("view", status.view.value);
    out.field_hex("block_hash", status.block_hash.view()).field_hex("state_root", status.state_root.view());
    out.field("block_time_ms", status.block_time.ms).field("synced", status.synced);
    out.field("read_only", status.read_only).key("fault");
    status.fault.empty() ? out.null() : out.string(status.fault);
    // What waits tells how much somebody registers, and when: for who oversees, or keeps this node alive.
    const bool told = context.caller->oversees() || context.caller->owns_node;
    for (const auto& [name, value] : {std::pair{"pool_transactions", status.pool_transactions},
                                      std::pair{"pool_bytes", status.pool_bytes}}) {
        out.key(name);
        told ? void(out.number(value)) : void(out.null());
    }
    out.field("uptime_s", status.uptime_s).key("items");
    // Of all organisations together: with few of them, each would learn the others' from it.
    context.caller->oversees() ? out.number(status.items) : out.null();
    const OwnOrganisation* own = context.node().organisation();
    out.key("organisation");
    own ? out.string(own->id) : out.null();
    out.field("vault", context.node().vault() != nullptr);
    write_peers(out, status, told ? Addresses::kTold : Addresses::kHidden);
    out.end_object();
    return std::nullopt;
}

// Of the parameters height or hash; neither: the newest block.
Result<Height, RpcError> asked_height(const CallContext& context, const Params& params) {
    HANDLER_TRY(const std::optional<std::uint64_t> height, params.number("height"));
    HANDLER_TRY(const std::optional<std::string> hash, params.text("hash"));
    if (height && hash) return invalid_params("Give height or hash, not both.");
    if (height) return Height(*height);
    if (!hash) return context.node().read()->tip().header.height;
    const auto digest = Hash256::from_hex(*hash);
    if (!digest) return invalid_params("hash: 64 hexadecimal digits.");
    auto found = context.node().height_of(*digest);
    if (!found.ok()) return from_error(found.error());
    return *found;
}

Result<StoredBlockPtr, RpcError> asked_block(const CallContext& context, const Params& params) {
    HANDLER_TRY(const Height height, asked_height(context, params));
    auto block = context.node().block(height);
    if (!block.ok()) return from_error(block.error());
    return *std::move(block);
}

void write_block_head(JsonWriter& out, const StoredBlock& stored, const Caller& caller) {
    out.field_hex("hash", stored.hash.view());
    write_header_fields(out, stored.block.header);
    out.key("transaction_count");
    caller.oversees() ? out.number(stored.block.transactions.size()) : out.null();
}

// Of lists that go by height.
Result<std::optional<std::uint64_t>, RpcError> numeric_cursor(const CallContext& context, const Params& params) {
    HANDLER_TRY(const std::optional<std::string> text, params.text("cursor"));
    if (!text) return std::optional<std::uint64_t>{};
    HANDLER_TRY(const std::uint64_t value, context.cursors().open_number(*text));
    return std::optional(value);
}

void write_page_end(const CallContext& context, JsonWriter& out, std::optional<std::uint64_t> next) {
    write_cursor(out, next ? std::optional(context.cursors().seal(*next)) : std::nullopt);
}

// Where a page of a block begins: the cursor of an earlier one names the block as well, or the newest could be another by
// now.
struct BlockPlace {
    StoredBlockPtr stored;
    std::size_t from = 0;
};

Result<BlockPlace, RpcError> asked_place(const CallContext& context, const Params& params) {
    HANDLER_TRY(const std::optional<std::string> cursor, params.text("cursor"));
    const bool named = params.json().contains("height") || params.json().contains("hash");
    if (!cursor) {
        HANDLER_TRY(StoredBlockPtr stored, asked_block(context, params));
        return BlockPlace{std::move(stored), 0};
    }
    HANDLER_TRY(const Bytes place, context.cursors().open(*cursor));
    Reader reader(place);
    const Height height(reader.u64());
    const std::size_t from = reader.u32();
    if (!reader.finished()) return cursor_unknown();
    if (named) {
        HANDLER_TRY(const Height asked, asked_height(context, params));
        if (asked != height) return cursor_unknown();
    }
    auto stored = context.node().block(height);
    if (!stored.ok()) return from_error(stored.error());
    return BlockPlace{*std::move(stored), from};
}

// A transaction of a block, and what of it the caller is shown.
struct ShownTransaction {
    ledger::ParsedTransactionPtr parsed;
    Shown shown;
};

// nullopt: nothing of it.
std::optional<ShownTransaction> shown_transaction(const CallContext& context,
                                                  const ledger::SignedTransactionPtr& carried) {
    auto parsed = parse_stored(carried);
    if (!parsed) return std::nullopt;
    const TransactionStatus status = context.node().transaction(ledger::info(*parsed).id);
    Shown shown = shown_to(*context.caller, *parsed, status.outcome);
    if (!shown.anything()) return std::nullopt;
    return ShownTransaction{std::move(parsed), std::move(shown)};
}

// Pages count what the caller sees. All of a block is looked through for one, if need be: a bound below that would tell
// by the number of pages how much is in it.
HandlerError block_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::size_t limit, params.limit());
    HANDLER_TRY(const BlockPlace place, asked_place(context, params));
    const auto& transactions = place.stored->block.transactions;
    std::size_t written = 0;
    std::optional<std::size_t> next;
    out.begin_object();
    write_block_head(out, *place.stored, *context.caller);
    out.key("transactions").begin_array();
    for (std::size_t i = place.from; i < transactions.size() && !next; ++i) {
        const auto one = shown_transaction(context, transactions[i]);
        if (!one) continue;
        if (written == limit) {
            next = i;
        } else {
            write_summary(out, *one->parsed, one->shown);
            ++written;
        }
    }
    out.end_array();
    const std::uint64_t height = place.stored->block.header.height.value;
    write_cursor(out, next ? std::optional(context.cursors().seal(
                                 Writer{}.u64(height).u32(static_cast<std::uint32_t>(*next)).bytes()))
                           : std::nullopt);
    out.end_object();
    return std::nullopt;
}

// Newest first, down from the cursor or from the tip.
HandlerError block_list(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(std::size_t limit, params.limit());
    HANDLER_TRY(const std::optional<std::uint64_t> cursor, numeric_cursor(context, params));
    const std::uint64_t tip = context.node().read()->tip().header.height.value;
    std::uint64_t height = std::min(cursor.value_or(tip), tip);
    limit = std::min(limit, kBlocksPerPage);
    out.begin_object().key("blocks").begin_array();
    for (; height > 0 && limit > 0; --height, --limit) {
        const auto stored = context.node().block(Height(height));
        if (!stored.ok()) {
            if (stored.error().code == "pruned" || stored.error().code == "not_found") break;
            return from_error(stored.error());
        }
        out.begin_object();
        write_block_head(out, **stored, *context.caller);
        out.end_object();
    }
    out.end_array();
    const bool pruned = height > 0 && limit > 0;
    write_page_end(context, out, height > 0 && !pruned ? std::optional(height) : std::nullopt);
    out.field("pruned", pruned).end_object();
    return std::nullopt;
}

// Oldest first, from the height or the cursor up to the newest certified block; bounded in number and in bytes.
HandlerError block_bytes(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::size_t limit, params.limit());
    HANDLER_TRY(const std::optional<std::uint64_t> from, params.number("height"));
    HANDLER_TRY(const std::optional<std::uint64_t> cursor, numeric_cursor(context, params));
    const std::uint64_t tip = context.node().read()->tip().header.height.value;
    std::uint64_t height = std::max<std::uint64_t>(1, cursor ? *cursor : from.value_or(1));
    std::size_t left = std::min(limit, limits::kSyncBlocksPerReplyMax);
    std::size_t bytes = 0;
    out.begin_object().key("blocks").begin_array();
    for (; height <= tip && left > 0 && bytes < limits::kSyncBytesPerReplyMax; ++height, --left) {
        const auto stored = context.node().block(Height(height));
        if (!stored.ok()) return from_error(stored.error());
        const Bytes body = (*stored)->block.encode();
        bytes += body.size();
        out.begin_object().field("height", height).field_base64("block", body).key("certificate");
        (*stored)->certificate.empty() ? out.null() : out.base64((*stored)->certificate);
        out.end_object();
    }
    out.end_array();
    write_page_end(context, out, height <= tip ? std::optional(height) : std::nullopt);
    out.end_object();
    return std::nullopt;
}

HandlerError header_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const Height height, asked_height(context, params));
    Bytes header, certificate;
    ledger::Header fields;
    Hash256 hash;
    {
        const auto view = context.node().read();
        if (const SignedTip& tip = view->tip(); tip.header.height == height) {
            header = tip.header_bytes, certificate = tip.certificate, fields = tip.header, hash = tip.block_hash;
        }
    }
    if (header.empty()) {
        auto stored = context.node().block(height);
        if (!stored.ok()) return from_error(stored.error());
        fields = (*stored)->block.header, hash = (*stored)->hash;
        header = fields.encode(), certificate = (*stored)->certificate;
    }
    out.begin_object().field_hex("hash", hash.view());
    write_header_fields(out, fields);
    out.field_base64("header", header).key("certificate");
    certificate.empty() ? out.null() : out.base64(certificate);
    out.end_object();
    return std::nullopt;
}

const std::vector<ParamInfo> kWhichBlock{
    {"height", schema::kHeight, false, "The block's height; without height and hash, the newest block."},
    {"hash", schema::kHash, false, "The block's hash."},
};

std::vector<ParamInfo> which_block_and_page() {
    std::vector<ParamInfo> params = kWhichBlock;
    params.push_back({"limit", schema::kLimit, false, "Transactions in one answer."});
    params.push_back({"cursor", schema::kText, false, "Where an earlier answer ended."});
    return params;
}

}  // namespace

std::vector<MethodInfo> chain_methods() {
    return {
        {"chain_status",
         Access::kPublic,
         "Where this node stands: height, newest block, pool, peers, faults; whose node it is, and whether it has a "
         "vault. "
         "`items`, the number of items on the chain, is told to regulators and auditors; the pool and the addresses of peers to "
         "them and to the node's own organisation.",
         {},
         schema::kObject,
         "{}",
         R"({"version":"0.1.0","chain_name":"demo","chain_id":"5d…","name":"node-1","validator":true,"height":7,"view":9,"block_hash":"a1…","state_root":"b2…","block_time_ms":1767225600000,"synced":true,"read_only":false,"fault":null,"pool_transactions":0,"pool_bytes":0,"uptime_s":60,"items":null,"organisation":"acme","vault":true,"peers":[]})",
         chain_status,
         nullptr},
        {"block_get", Access::kMember,
         "One block: its header's fields and summaries of its transactions. A member sees of each the operations that it "
         "signed, that name it, or in whose units it has a part; transaction_count is told to regulators and auditors.",
         which_block_and_page(), schema::kPage, R"({"height":7,"limit":2})",
         R"({"hash":"a1…","height":7,"time_ms":1767225600000,"transaction_count":1,"transactions":[{"id":"d4…","organisation":"acme","key":"e5…","valid_until":1000,"size_bytes":340,"items":4,"operations":["register"]}],"complete":true,"cursor":null})",
         block_get, nullptr},
        {"block_list",
         Access::kMember,
         "Blocks from the newest downwards, at most 100 in one answer. transaction_count is told to regulators and "
         "auditors.",
         {{"limit", schema::kLimit, false, "Blocks in one answer."},
          {"cursor", schema::kText, false, "Where an earlier answer ended."}},
         schema::kPage,
         R"({"limit":2})",
         R"({"blocks":[{"hash":"a1…","height":7,"transaction_count":1}],"complete":false,"cursor":"9mXk…","pruned":false})",
         block_list,
         nullptr},
        {"block_bytes",
         Access::kOverseer,
         "Blocks from the oldest upwards in their canonical bytes (docs/verify.md), each with its finalization "
         "certificate: for audits and for copies of the chain. certificate is null when a later block's covers it. At "
         "most 256 blocks in one answer, and none after those that make 8 MiB.",
         {{"height", schema::kHeight, false, "The first block's height; without it, 1."},
          {"limit", schema::kLimit, false, "Blocks in one answer."},
          {"cursor", schema::kText, false, "Where an earlier answer ended; goes before height."}},
         schema::kPage,
         R"({"height":7,"limit":1})",
         R"({"blocks":[{"height":7,"block":"AAFd…","certificate":"AAAA…"}],"complete":false,"cursor":"9mXk…"})",
         block_bytes,
         nullptr},
        {"header_get", Access::kPublic,
         "A header as it was signed, with the certificate of its quorum. certificate is null when only a later block's "
         "covers it.",
         kWhichBlock, schema::kObject, R"({"height":7})",
         R"({"hash":"a1…","height":7,"state_root":"b2…","header":"AAFd…","certificate":"AAAA…"})", header_get, nullptr},
    };
}

}  // namespace touchstone::rpc
