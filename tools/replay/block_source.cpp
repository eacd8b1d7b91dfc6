#include "tools/replay/block_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>

#include "node/app/genesis_json.h"
#include "node/app/home.h"
#include "node/block_archive.h"

namespace touchstone::tools {

using nlohmann::json;
using node::AuditFault;
using node::RawBlock;

namespace {

class HomeBlocks final : public BlockSource {
  public:
    HomeBlocks(Hash256 chain_id, std::unique_ptr<storage::Disk> disk, std::unique_ptr<storage::BlockLog> log,
               node::BlockArchive archive)
        : chain_id_(chain_id), disk_(std::move(disk)), log_(std::move(log)), archive_(std::move(archive)) {}

    Height last() const override { return archive_.last(); }
    const Hash256& chain_id() const override { return chain_id_; }
    std::string note() const override {
        std::string note;
        if (archive_.cut_off() > 0)
            note = fmt::format(
                "the log ends in the middle of a commit: {} blocks above {} have no certificate in it yet, and are "
                "left out",
                archive_.cut_off(), last().value);
        if (!archive_.damage().empty())
            note += fmt::format("{}the block log holds no intact record at {}", note.empty() ? "" : "; ",
                                archive_.damage().front());
        return note;
    }
    node::Audited<RawBlock> read(Height height) override {
        auto block = archive_.read(height);
        if (block.ok()) return RawBlock{height, std::move(block->body), std::move(block->certificate)};
        const auto in = block.error().code == "disk_error" ? AuditFault::In::kAuditor : AuditFault::In::kChain;
        return AuditFault::of(block.error(), height, in);
    }

  private:
    // In this order: each reads through the one before.
    Hash256 chain_id_;
    std::unique_ptr<storage::Disk> disk_;
    std::unique_ptr<storage::BlockLog> log_;
    node::BlockArchive archive_;
};

class RpcBlocks final : public BlockSource {
  public:
    RpcBlocks(RpcClient client, Hash256 chain_id, Height last)
        : client_(std::move(client)), chain_id_(chain_id), last_(last) {}

    Height last() const override { return last_; }
    const Hash256& chain_id() const override { return chain_id_; }
    std::string note() const override { return {}; }

    node::Audited<RawBlock> read(Height height) override {
        if (page_.empty() || page_.front().height != height) {
            const Status fetched = fetch(height);
            if (!fetched.ok())
                return AuditFault::of(
                    fetched.error(), height,
                    is_unreachable(fetched.error()) ? AuditFault::In::kAuditor : AuditFault::In::kChain);
        }
        RawBlock block = std::move(page_.front());
        page_.pop_front();
        return block;
    }

  private:
    static Error malformed(Height height) {
        return {"rpc_malformed", fmt::format("the node did not answer block {} and those after it", height.value)};
    }
    static std::optional<Bytes> bytes_of(const json& entry, const char* name) {
        const auto at = entry.find(name);
        if (at == entry.end() || !at->is_string()) return std::nullopt;
        return from_base64(at->get_ref<const std::string&>());
    }

    Status fetch(Height from) {
        page_.clear();
        TRY_ASSIGN(const json answer, client_.call("block_bytes", {{"height", from.value}, {"limit", 1000}}));
        const auto blocks = answer.is_object() ? answer.find("blocks") : answer.end();
        if (!answer.is_object() || blocks == answer.end() || !blocks->is_array() || blocks->empty())
            return malformed(from);
        Height expected = from;
        for (const json& entry : *blocks) {
            if (!entry.is_object() || entry.value("height", json()) != expected.value) return malformed(expected);
            auto body = bytes_of(entry, "block");
            auto certificate = entry.value("certificate", json()).is_null() ? Bytes{} : bytes_of(entry, "certificate");
            if (!body || !certificate) return malformed(expected);
            page_.push_back({expected, *std::move(body), *std::move(certificate)});
            expected = expected.next();
        }
        return Ok{};
    }

    RpcClient client_;
    Hash256 chain_id_;
    Height last_;
    std::deque<RawBlock> page_;
};

}  // namespace

Result<std::unique_ptr<BlockSource>> open_home_blocks(const std::filesystem::path& home) {
    const node::Home folder(home);
    TRY_ASSIGN(const std::string text, node::read_text_file(folder.genesis()));
    TRY_ASSIGN(const ledger::Genesis genesis, node::genesis_from_json(text));
    TRY_ASSIGN(auto disk, storage::open_posix_disk_to_read(folder.blocks().string()));
    TRY_ASSIGN(auto log, storage::BlockLog::open_to_read(*disk));
    TRY_ASSIGN(auto archive, node::BlockArchive::open(*log));
    return std::unique_ptr<BlockSource>(
        std::make_unique<HomeBlocks>(genesis.chain_id(), std::move(disk), std::move(log), std::move(archive)));
}

Result<std::unique_ptr<BlockSource>> open_rpc_blocks(RpcClient client) {
    TRY_ASSIGN(const json status, client.call("chain_status", json::object()));
    // The newest block that has a certificate of its own.
    TRY_ASSIGN(const json header, client.call("header_get", json::object()));
    const Error malformed{"rpc_malformed", fmt::format("{} does not tell its chain and height", client.url())};
    if (!status.is_object() || !header.is_object() || !header.value("height", json()).is_number_unsigned())
        return malformed;
    const json id = status.value("chain_id", json());
    const auto chain_id = id.is_string() ? Hash256::from_hex(id.get<std::string>()) : std::nullopt;
    if (!chain_id) return malformed;
    const Height last(header["height"].get<std::uint64_t>());
    // Who may not have the blocks learns it now, and not as a fault of the chain.
    TRY_ASSIGN([[maybe_unused]] const json allowed,
               client.call("block_bytes", {{"height", std::max<std::uint64_t>(last.value, 1)}, {"limit", 1}}));
    return std::unique_ptr<BlockSource>(std::make_unique<RpcBlocks>(std::move(client), *chain_id, last));
}

}  // namespace touchstone::tools
