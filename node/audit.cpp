#include "node/audit.h"

#include <fmt/format.h>

namespace touchstone::node {
namespace {

// A look-up asks every block that is not flushed: few of them, so that reading stays fast.
constexpr std::uint64_t kUnflushedBlocksMax = 64;
constexpr std::uint64_t kUnflushedBytesMax = 32u << 20;

AuditFault fault(const char* code, Height height, std::string what) {
    return {AuditFault::In::kChain, code, height, {}, std::move(what), {}, {}};
}

std::string name_of_rejection(const ledger::Rejection& rejection) {
    const ledger::RefusalInfo& known = ledger::info(rejection.refusal);
    return fmt::format("{}{}{}", known.code, rejection.detail.empty() ? "" : ": ", rejection.detail);
}

void check_transactions(const ledger::Parameters& parameters, CheckedBlock& checked) {
    checked.transactions.reserve(checked.block.transactions.size());
    for (const ledger::SignedTransactionPtr& carried : checked.block.transactions) {
        auto verdict = check_transaction(carried, parameters);
        if (verdict.ok()) {
            checked.transactions.push_back(*std::move(verdict));
            continue;
        }
        const bool signature = verdict.error().refusal == ledger::Refusal::kBadSignature;
        AuditFault found =
            fault(signature ? "transaction_signature" : "transaction_malformed", checked.height,
                  signature ? "the transaction's signature does not hold" : "the transaction is not well formed");
        found.subject = carried->id().hex();
        found.expected = signature ? "a signature of the payload by the key that it names" : "a well-formed payload";
        found.found = name_of_rejection(verdict.error());
        checked.transaction_fault = std::move(found);
        return;
    }
}

// The last block of an epoch may be proposed again in later views, until it is final (consensus/SPEC.md, R21).
bool is_proposed_again(const EpochFacts& epoch, const CheckedBlock& checked, const consensus::Subject& subject) {
    const ledger::Header& header = checked.block.header;
    return header.validators_hash != epoch.validators_hash && subject.view > header.view &&
           subject.parent >= header.view;
}

// Everything of a certificate but which view the parent has.
std::optional<AuditFault> check_certificate(const Hash256& chain_id, const EpochFacts& epoch,
                                            const CheckedBlock& checked, const consensus::Certificate& certificate) {
    const consensus::Subject& subject = certificate.subject;
    AuditFault wrong = fault("certificate_subject", checked.height, "the certificate is for something else");
    if (subject.kind != consensus::VoteKind::kFinalize || subject.digest != checked.hash ||
        (subject.view != checked.block.header.view && !is_proposed_again(epoch, checked, subject)) ||
        subject.epoch != checked.block.header.epoch) {
        wrong.expected =
            fmt::format("a finalization of block {} in view {}", checked.hash.hex(), checked.block.header.view.value);
        wrong.found = fmt::format("votes of kind {} for {} in view {}", static_cast<int>(subject.kind),
                                  subject.digest.hex(), subject.view.value);
        return wrong;
    }
    std::optional<ValidatorIndex> refused;
    const Status verified =
        consensus::verify_certificate(chain_id, epoch.validators, certificate,
                                      [&](ValidatorIndex signer, ByteView message, const crypto::Signature& signature) {
                                          if (crypto::verify(epoch.validators.key(signer), message, signature))
                                              return true;
                                          refused = signer;
                                          return false;
                                      });
    if (verified.ok()) return std::nullopt;
    wrong.code = verified.error().code;
    wrong.what = fmt::format("the certificate does not hold: {}", verified.error().message);
    wrong.expected =
        fmt::format("signatures of {} of the {} validators", epoch.validators.quorum(), epoch.validators.size());
    wrong.found = refused ? fmt::format("a signature under the name of {} (validator {}) that is not by its key",
                                        epoch.record.validators[refused->value].name, refused->value)
                          : fmt::format("{} signatures, the last by validator {}", certificate.signers.size(),
                                        certificate.signers.empty() ? 0 : certificate.signers.back().value);
    return wrong;
}

void take_certificate(const Hash256& chain_id, const EpochFacts& epoch, ByteView bytes, CheckedBlock& checked) {
    if (bytes.empty()) return;
    auto certificate = consensus::Certificate::decode(bytes);
    if (!certificate.ok()) {
        checked.certificate_fault = AuditFault::of(certificate.error(), checked.height, AuditFault::In::kChain);
        return;
    }
    checked.certificate_fault = check_certificate(chain_id, epoch, checked, *certificate);
    checked.certificate = *std::move(certificate);
}

}  // namespace

AuditFault AuditFault::of(const Error& error, Height height, In in) {
    return {in, error.code, height, {}, error.message, {}, {}};
}

std::string AuditFault::text() const {
    std::string text = fmt::format("block {}: {}", height.value, what);
    if (!subject.empty()) text += fmt::format(" ({})", subject);
    if (!expected.empty()) text += fmt::format("; expected {}", expected);
    if (!found.empty()) text += fmt::format("; found {}", found);
    return text;
}

AuditTarget::AuditTarget(const ledger::Genesis& from) : genesis(from), chain_id(from.chain_id()), epochs(from) {}

CheckedBlock check_block(const AuditTarget& target, const RawBlock& raw) {
    CheckedBlock checked;
    checked.height = raw.height;
    auto block = ledger::Block::decode(raw.body);
    if (!block.ok()) {
        checked.body_fault = AuditFault::of(block.error(), raw.height, AuditFault::In::kChain);
        return checked;
    }
    checked.block = *std::move(block);
    checked.hash = checked.block.header.hash();
    const auto epoch = target.epochs.find(checked.block.header.epoch);
    if (!epoch) {
        checked.waits_for_epoch = true;
        checked.waiting_certificate = raw.certificate;
        return checked;
    }
    check_transactions(epoch->parameters, checked);
    take_certificate(target.chain_id, *epoch, raw.certificate, checked);
    return checked;
}

void check_again(const AuditTarget& target, CheckedBlock& checked) {
    auto epoch = target.epochs.find(checked.block.header.epoch);
    if (!epoch) epoch = target.epochs.latest();
    checked.waits_for_epoch = false;
    check_transactions(epoch->parameters, checked);
    take_certificate(target.chain_id, *epoch, std::exchange(checked.waiting_certificate, {}), checked);
}

Auditor::Auditor(const AuditTarget& target, storage::StateTree& state, Observer observer)
    : target_(target),
      state_(state),
      observer_(std::move(observer)),
      parent_{target.chain_id, Height(0), target.genesis.time, {}} {}

Audited<std::unique_ptr<Auditor>> Auditor::begin(const AuditTarget& target, storage::StateTree& state,
                                                 Observer observer) {
    target.epochs.forget();
    std::unique_ptr<Auditor> auditor(new Auditor(target, state, std::move(observer)));
    TRY(auditor->commit_genesis());
    return auditor;
}

Audited<Ok> Auditor::commit_genesis() {
    INVARIANT(state_.mark().height.value == 0 && state_.mark().note.empty());
    const auto delta = prepare_genesis(state_, target_.genesis);
    if (!delta.ok()) return AuditFault::of(delta.error(), Height(0), AuditFault::In::kAuditor);
    state_root_ = storage::delta_root(**delta);
    state_.commit(*delta, {Height(0), target_.chain_id, state_root_, to_bytes(as_bytes("audit"))}, {});
    log_.append(crypto::log_leaf_hash(target_.chain_id.view()));
    parent_.log_root = log_.root();
    return Ok{};
}

Audited<Ok> Auditor::check_succession(const CheckedBlock& block) const {
    const Height height = parent_.height.next();
    if (block.body_fault) return *block.body_fault;
    const auto header = check_header(block.block, {target_.chain_id, *target_.epochs.latest()}, parent_);
    if (header) {
        AuditFault found = fault("", height, header->what);
        found.code = "header_" + header->field;
        found.expected = header->expected;
        found.found = header->found;
        // A changed transaction makes another root: its own fault says which one it is.
        if (header->field == "transaction_root" && block.transaction_fault) {
            found.subject = block.transaction_fault->subject;
            found.what += "; " + block.transaction_fault->what;
        }
        return found;
    }
    if (block.block.header.view <= parent_view_) {
        AuditFault found = fault("header_view", height, "the block's view is not above its parent's");
        found.expected = fmt::format("more than {}", parent_view_.value);
        found.found = fmt::to_string(block.block.header.view.value);
        return found;
    }
    if (block.transaction_fault) return *block.transaction_fault;
    if (block.certificate_fault) return *block.certificate_fault;
    if (block.certificate && block.certificate->subject.view == block.block.header.view &&
        block.certificate->subject.parent != parent_view_) {
        AuditFault found = fault("certificate_subject", height, "the certificate names another parent view");
        found.expected = fmt::to_string(parent_view_.value);
        found.found = fmt::to_string(block.certificate->subject.parent.value);
        return found;
    }
    return Ok{};
}

Audited<Ok> Auditor::add(CheckedBlock block) {
    if (block.waits_for_epoch) check_again(target_, block);
    TRY(check_succession(block));
    TRY(apply(block));
    advance(block);
    return flush_when_large();
}

Audited<Ok> Auditor::apply(const CheckedBlock& block) {
    const ledger::Header& header = block.block.header;
    const auto broken = [&](const Error& error) {
        return AuditFault::of(error, header.height, AuditFault::In::kAuditor);
    };
    std::optional<Error> read_fault;
    const auto view = state_.view(nullptr);
    const auto read = [&](const Hash256& key) -> std::optional<Bytes> {
        auto record = view->get(key);
        if (record.ok()) return *std::move(record);
        read_fault = record.error();
        return std::nullopt;
    };
    const auto epoch = target_.epochs.latest();
    auto effects = ledger::execute({target_.chain_id, header.height, header.time, epoch->parameters, epoch->epoch(),
                                    header.parent, header.proposer},
                                   block.transactions, read);
    if (read_fault) return broken(*read_fault);
    if (!effects.ok()) return AuditFault::of(effects.error(), header.height, AuditFault::In::kChain);
    if (const Hash256 after = validators_hash_after(*epoch, *effects); after != header.validators_hash) {
        AuditFault found = fault("header_validators", header.height, "the block names another validator set");
        found.expected = after.hex();
        found.found = header.validators_hash.hex();
        return found;
    }
    if (effects->rules) target_.epochs.learn(*effects->rules);
    if (observer_)
        if (const Status told = observer_({block, *effects}); !told.ok()) return broken(told.error());
    const auto delta = prepare_effects(state_, nullptr, *effects, view.get());
    if (!delta.ok()) return broken(delta.error());
    const Hash256& root = storage::delta_root(**delta);
    if (root != header.state_root) {
        AuditFault found = fault("state_root", header.height, "executing the block gives another state");
        found.expected = "state root " + root.hex();
        found.found = header.state_root.hex() + " in the header";
        return found;
    }
    state_root_ = root;
    state_.commit(*delta, {header.height, block.hash, root, to_bytes(as_bytes("audit"))}, {});
    return Ok{};
}

void Auditor::advance(const CheckedBlock& block) {
    log_.append(crypto::log_leaf_hash(block.hash.view()));
    parent_ = {block.hash, block.block.header.height, block.block.header.time, log_.root()};
    parent_view_ = block.block.header.view;
    ++counts_.blocks;
    ++unflushed_;
    counts_.transactions += block.transactions.size();
    counts_.signatures += block.transactions.size();
    if (!block.certificate) {
        if (!uncertified_) uncertified_ = parent_.height;
        return;
    }
    // Signing a block is signing its ancestors: their hashes are in it.
    uncertified_.reset();
    ++counts_.certificates;
    counts_.validator_signatures += block.certificate->signers.size();
}

Audited<Ok> Auditor::flush_when_large() {
    if (unflushed_ < kUnflushedBlocksMax && state_.stats().unflushed_bytes < kUnflushedBytesMax) return Ok{};
    unflushed_ = 0;
    if (const auto flushed = state_.flush(); !flushed.ok())
        return AuditFault::of(flushed.error(), parent_.height, AuditFault::In::kAuditor);
    return Ok{};
}

Audited<Ok> Auditor::finish() {
    if (uncertified_) {
        AuditFault found =
            fault("certificate_missing", *uncertified_,
                  fmt::format("no quorum vouches for blocks {} to {}", uncertified_->value, parent_.height.value));
        found.expected = "a finalization certificate of this block or of one above it";
        found.found = "none";
        return found;
    }
    if (const auto flushed = state_.flush(); !flushed.ok())
        return AuditFault::of(flushed.error(), parent_.height, AuditFault::In::kAuditor);
    const auto state = state_.read();
    return check_event_chains(*state, counts_);
}

}  // namespace touchstone::node
