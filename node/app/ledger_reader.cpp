#include "node/app/ledger_reader.h"

#include <fmt/format.h>

#include <thread>

namespace touchstone::node {
namespace {

class View final : public rpc::ReadView {
  public:
    View(std::unique_ptr<storage::StateReadGuard> guard, rpc::SignedTipPtr tip)
        : guard_(std::move(guard)), tip_(std::move(tip)) {}

    const rpc::SignedTip& tip() const override { return *tip_; }
    Result<std::optional<Bytes>> record(const Hash256& key) const override { return guard_->get(key); }
    Result<crypto::StateProof> prove(const Hash256& key) const override { return guard_->prove(key); }
    Result<std::optional<Bytes>> side(ByteView key) const override { return guard_->side(key); }
    [[nodiscard]] Status side_scan(ByteView prefix, ByteView from,
                                   const std::function<bool(ByteView, ByteView)>& visit) const override {
        return guard_->side_scan(prefix, from, visit);
    }

  private:
    std::unique_ptr<storage::StateReadGuard> guard_;
    rpc::SignedTipPtr tip_;
};

}  // namespace

std::unique_ptr<rpc::ReadView> LedgerReader::read() const {
    while (true) {
        auto guard = state_.read();
        auto shown = tip();
        if (guard->mark().height == shown->header.height)
            return std::make_unique<View>(std::move(guard), std::move(shown));
        guard.reset();
        std::this_thread::yield();
    }
}

Result<rpc::StoredBlockPtr> LedgerReader::block(Height height) const {
    {
        const std::lock_guard lock(recent_mutex_);
        for (const auto& [known, block] : recent_)
            if (known == height) return block;
    }
    TRY_ASSIGN(rpc::StoredBlock read, read_block(height));
    auto block = std::make_shared<const rpc::StoredBlock>(std::move(read));
    const std::lock_guard lock(recent_mutex_);
    recent_.emplace_front(height, block);
    if (recent_.size() > kRecentBlocks) recent_.pop_back();
    return rpc::StoredBlockPtr(std::move(block));
}

Result<rpc::StoredBlock> LedgerReader::read_block(Height height) const {
    const Error not_found{"not_found", fmt::format("there is no block of height {}", height.value)};
    std::optional<HeightEntry> entry;
    {
        const auto guard = state_.read();
        TRY_ASSIGN(const std::optional<Bytes> bytes, guard->side(height_side_key(height)));
        if (!bytes) return not_found;
        TRY_ASSIGN(entry, HeightEntry::decode(*bytes));
    }
    TRY_ASSIGN(const Bytes body, blocks_.body(entry->body, entry->hash));
    TRY_ASSIGN(FinalRecord record, blocks_.finalization(entry->finalization));
    rpc::StoredBlock stored;
    TRY_ASSIGN(stored.block, ledger::Block::decode(body));
    stored.hash = entry->hash;
    stored.certificate = std::move(record.certificate);
    return stored;
}

Result<Height> LedgerReader::height_of(const Hash256& block_hash) const {
    const auto guard = state_.read();
    TRY_ASSIGN(const std::optional<Bytes> bytes, guard->side(block_hash_side_key(block_hash)));
    if (!bytes) return Error{"not_found", "no final block has this hash"};
    Reader reader(*bytes);
    return Height(reader.u64());
}

std::optional<rpc::TransactionStatus> LedgerReader::final_status(const Hash256& id) const {
    const auto guard = state_.read();
    const auto bytes = guard->side(ledger::result_side_key(id));
    if (!bytes.ok() || !*bytes) return std::nullopt;
    auto stored = ledger::StoredResult::decode(**bytes);
    if (!stored.ok()) return std::nullopt;
    return rpc::TransactionStatus{rpc::TransactionStatus::State::kFinal, stored->height, stored->index,
                                  std::move(stored->outcome)};
}

rpc::SignedTipPtr make_signed_tip(const ledger::Header& header, const Hash256& hash, ByteView certificate) {
    auto tip = std::make_shared<rpc::SignedTip>();
    tip->header = header;
    tip->header_bytes = header.encode();
    tip->block_hash = hash;
    tip->certificate = to_bytes(certificate);
    tip->header_base64 = to_base64(tip->header_bytes);
    tip->certificate_base64 = to_base64(tip->certificate);
    return tip;
}

}  // namespace touchstone::node
