#include "node/replica.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/overloaded.h"
#include "node/block_rules.h"

namespace touchstone::node {

Replica::Replica(Config config, Parts parts)
    : config_(std::move(config)), parts_(parts), store_(parts.blocks), pool_(config_.pool) {}

Replica::~Replica() { *alive_ = false; }

Result<std::unique_ptr<Replica>> Replica::open(Config config, Parts parts, const Chain::Progress& progress,
                                               RecoveryReport* report) {
    TRY(config.genesis.check());
    std::unique_ptr<Replica> replica(new Replica(std::move(config), parts));
    TRY_ASSIGN(replica->chain_,
               Chain::open({replica->config_.genesis, parts.state, replica->store_}, progress, report));
    if (parts.quarantine) parts.quarantine->on_settled();
    replica->make_gate();
    TRY(replica->restore_journal());
    replica->make_engine();
    return replica;
}

bool Replica::has_body(const Hash256& hash) const {
    return chain_->is_tip_or_executed(hash) || store_.place_of(hash).has_value();
}

View Replica::view() const { return engine_->view(); }

void Replica::set_time(Instant now, WallTime wall) {
    now_ = std::max(now_, now);
    wall_ = wall;
}

void Replica::start() {
    parts_.listener.on_epoch(chain_->epoch());
    final_at_ = now_;
    engine_->start(now_);
    hand_back_notarizations();
}

void Replica::set_read_only(std::optional<std::string> reason) {
    if (reason.has_value() != read_only_.has_value())
        log(reason ? LogLevel::kError : LogLevel::kInfo,
            reason ? "read-only: " + *reason : std::string("writing again: the fault is gone"));
    read_only_ = std::move(reason);
    if (gate_) gate_->set_paused(read_only_.has_value());
}

void Replica::on_connected(const crypto::PublicKey& peer) {
    connected_.insert(peer);
    parts_.transport.send(peer, status_frame());
    if (const auto index = index_of(peer)) {
        engine_->on_connected(now_, *index);
        send_local_pool(peer);
    }
}

void Replica::on_disconnected(const crypto::PublicKey& peer) {
    connected_.erase(peer);
    sync_.on_disconnected(peer);
}

void Replica::pump() {
    if (halted_) return;
    say_ready();
    dispatch_checks();
    // Before anything heavy: the others check it while this node may be building the block that it is for.
    gossip();
    gossip_again();
    engine_->on_tick(now_);
    for (bool more = true; more && !halted_;) {
        more = take_early();
        more |= progress();
        update_work();
        const std::vector<consensus::Effect> effects = engine_->take_effects();
        if (!make_durable(effects)) return;
        for (const consensus::Effect& effect : effects) carry_out(effect);
        more |= !effects.empty();
    }
    if (halted_) return;
    ask_for_missing();
    progress_sync();
    poll_heights();
}

void Replica::carry_out(const consensus::Effect& effect) {
    std::visit(
        Overloaded{
            [&](const consensus::SendVote& send) {
                // Journaled before a crash whose sync of the body never ended: it did not leave then, and does not now.
                if (send.vote.subject.kind == consensus::VoteKind::kNotarize && !send.fresh &&
                    !has_body(send.vote.subject.digest))
                    return;
                ++stats_.votes_sent;
                if (send.vote.subject.kind == consensus::VoteKind::kNullify && send.fresh) ++stats_.nullified_views;
                send_to(send.to, encode(send.vote));
            },
            [&](const consensus::SendCertificate& send) {
                send_to(send.to, encode_certificate(send.certificate.encode(validators().size())));
            },
            [&](const consensus::SendRequest& send) {
                send_to(send.to, encode(CertificateRequestMessage{send.views}));
            },
            [&](const consensus::Propose& propose) {
                const ExecutedBlockPtr block = chain_->find(propose.vote.subject.digest);
                if (block && propose.fresh && !propose.to) {
                    send_to(std::nullopt, encode(propose.vote));  // the body went ahead
                } else if (block) {
                    send_to(propose.to, encode_proposal(*block->encoded, propose.vote));
                } else if (const auto place = store_.place_of(propose.vote.subject.digest)) {
                    // Signed before a restart: the body is in the log, and the vote is sent again unchanged.
                    const auto body = store_.body(*place, propose.vote.subject.digest);
                    if (body.ok()) send_to(propose.to, encode_proposal(*body, propose.vote));
                }
            },
            [&](const consensus::Build& build) {
                build_ = build;
                build_tried_ = false;
                build_empty_at_ = build.may_be_empty ? now_ + config_.empty_block_delay : Instant::never();
            },
            [&](const consensus::Verify& verify) { verify_ = verify; },
            [&](const consensus::Notarized& notarized) {
                const Hash256& hash = notarized.certificate.subject.digest;
                if (!chain_->is_tip_or_executed(hash))
                    candidates_.want(now_, {hash, notarized.certificate.subject.view}, notarized.certificate.signers);
            },
            [&](const consensus::Finalized& finalized) {
                if (!final_ || final_->subject.view < finalized.certificate.subject.view)
                    final_ = finalized.certificate;
            },
            [&](const consensus::Misbehaviour& misbehaviour) {
                ++stats_.misbehaviour;
                log(LogLevel::kWarn,
                    fmt::format("validator {}: {}", misbehaviour.who ? std::to_string(misbehaviour.who->value) : "?",
                                misbehaviour.what));
            },
        },
        effect);
}

void Replica::send_to(std::optional<ValidatorIndex> to, const Frame& frame) {
    if (to) {
        parts_.transport.send(validators().key(*to), frame);
        return;
    }
    for (const crypto::PublicKey& key : validators().keys())
        if (connected_.contains(key)) parts_.transport.send(key, frame);
}

bool Replica::progress() {
    bool moved = progress_final();
    progress_ahead();
    moved |= progress_verify();
    moved |= progress_build();
    return moved;
}

bool Replica::progress_final() {
    if (!final_ || read_only_ || halted_) return false;
    const consensus::Subject subject = final_->subject;
    if (subject.view <= chain_->tip().view) {
        final_.reset();
        return true;
    }
    if (ensure_executed(subject.digest, &*final_) != Ready::kYes) return false;
    const Bytes certificate = final_->encode(validators().size());
    final_.reset();
    auto blocks = chain_->commit(subject.digest, certificate);
    if (!blocks.ok()) return fatal(blocks.error()), false;
    committed(*blocks);
    return true;
}

bool Replica::progress_verify() {
    if (!verify_ || read_only_ || halted_) return false;
    const consensus::Verify verify = *verify_;
    if (verify.proposal.view < engine_->view() || verify.proposal.view <= chain_->tip().view) {
        verify_.reset();
        return true;
    }
    // Before anything is executed or asked for: a body that names another parent would have us search for that one.
    const bool fits = is_for(verify);
    const Ready ready = fits ? ensure_executed(verify.proposal.digest, nullptr) : Ready::kBad;
    if (ready == Ready::kWaiting || halted_) return false;
    verify_.reset();
    bool valid = ready == Ready::kYes;
    if (valid) {
        const ExecutedBlockPtr block = chain_->find(verify.proposal.digest);
        // SPEC.md R21: the last block of an epoch, again. How old it is by now says nothing of its leader's clock.
        valid = block && (block->hash == verify.parent_digest ? block->closes_epoch() : is_timely(*block));
    }
    ++(valid ? stats_.blocks_verified : stats_.proposals_refused);
    engine_->on_verified(now_, verify.proposal.view, verify.proposal.digest,
                         valid ? consensus::Verdict::kValid : consensus::Verdict::kInvalid);
    return true;
}

bool Replica::is_timely(const ExecutedBlock& block) const {
    const ExecutedBlockPtr parent = chain_->find(block.header.parent);
    const WallTime parent_time = parent ? parent->header.time : chain_->tip().time;
    return node::is_timely(block.header.time, parent_time, {wall_, chain_->parameters().clock_ahead_ms, kBlockAgeMaxMs});
}

// The body under the proposal's digest, when it is here, is of the proposal's view and parent, or is that parent again.
bool Replica::is_for(const consensus::Verify& verify) {
    const Hash256& digest = verify.proposal.digest;
    if (digest == verify.parent_digest) return true;
    const ExecutedBlockPtr executed = chain_->find(digest);
    const Candidate* const candidate = executed ? nullptr : find_candidate(digest);
    if (!executed && candidate == nullptr) return true;
    const ledger::Header& header = executed ? executed->header : candidate->block.block.header;
    return header.view == verify.proposal.view && header.parent == verify.parent_digest;
}

void Replica::progress_ahead() {
    if (!ahead_ || read_only_ || halted_) return;
    Candidate* const candidate = candidates_.find(*ahead_);
    if (candidate != nullptr && candidate->block.block.header.view >= engine_->view() && !is_quarantined(*candidate)) {
        if (!chain_->is_tip_or_executed(candidate->block.block.header.parent)) return;
        const Ready checked = ensure_checked(*candidate, nullptr);
        if (checked == Ready::kWaiting) return;
        if (checked == Ready::kYes) execute(*candidate, nullptr);
    }
    ahead_.reset();
}

bool Replica::progress_build() {
    if (!build_ || read_only_ || halted_) return false;
    const consensus::Build build = *build_;
    if (build.view < engine_->view()) {
        build_.reset();
        return true;
    }
    const bool empty_now = build_empty_at_ <= now_ && build.parent_digest != chain_->tip().hash;
    if (build_tried_ && !empty_now && build.parent_digest != chain_->tip().hash) return false;
    if (ensure_executed(build.parent_digest, nullptr) != Ready::kYes) return false;
    if (parts_.state.stats().unflushed_bytes > limits::kUnflushedBytesMax) return false;
    if (const ExecutedBlockPtr parent = chain_->find(build.parent_digest); parent && parent->closes_epoch()) {
        // R21: nothing comes after it in this epoch; it is proposed again until it is final.
        if (!empty_now) return false;
        build_.reset();
        engine_->on_built(now_, build.view, build.parent_digest);
        return true;
    }
    build_tried_ = true;
    const bool may_be_empty = empty_now || (build.parent_digest == chain_->tip().hash && heartbeat_is_due());
    auto built = chain_->build({build.view, build.parent_digest, *self_, wall_, may_be_empty}, pool_);
    if (parts_.quarantine) parts_.quarantine->on_settled();
    if (!built.ok()) return fatal(built.error()), false;
    for (const Hash256& id : built->rejected) {
        pool_.remove(id);
        parts_.listener.on_expired(id);
    }
    if (!built->block) {
        // Nothing to order: wait for a transaction, or for the parent to become final by itself.
        if (build.parent_digest != chain_->tip().hash) return false;
        build_.reset();
        engine_->on_built(now_, build.view, std::nullopt);
        return true;
    }
    build_.reset();
    ++stats_.blocks_built;
    engine_->on_built(now_, build.view, built->block->hash);
    return true;
}

std::size_t Replica::transactions_in_flight() const {
    // The highest block above the tip that may still become final: of our view, or notarized.
    Hash256 best;
    View best_view = chain_->tip().view;
    for (const ExecutedBlockPtr& block : chain_->executed()) {
        const View block_view = block->header.view;
        if (block_view <= best_view) continue;
        if (block_view < engine_->view() && !engine_->notarization(block_view)) continue;
        best = block->hash;
        best_view = block_view;
    }
    std::size_t count = 0;
    for (const ExecutedBlockPtr& block : chain_->path_to(best))
        for (const auto& transaction : block->transactions)
            if (pool_.contains(ledger::info(*transaction).id)) ++count;
    return count;
}

void Replica::update_work() {
    // More in the pool than blocks can hold above the tip needs no counting; that is so whenever there is much to do.
    std::size_t in_blocks = 0;
    for (const ExecutedBlockPtr& block : chain_->executed()) in_blocks += block->transactions.size();
    const bool work =
        heartbeat_is_due() || pool_.size() > in_blocks || pool_.size() > transactions_in_flight();
    if (work != has_work_ || work) engine_->on_work(now_, work);
    if (work && !has_work_) moved_at_ = now_;
    has_work_ = work;
}

// SPEC.md R23. By the time that has passed here and not by the blocks' clock: validators whose clocks differ are due
// together.
Instant Replica::heartbeat_at() const {
    const std::uint64_t every_ms = chain_->parameters().heartbeat_ms;
    if (every_ms == 0 || !self_ || read_only_) return Instant::never();
    return final_at_ + milliseconds(static_cast<std::int64_t>(every_ms));
}

void Replica::committed(const std::vector<ExecutedBlockPtr>& blocks) {
    for (const ExecutedBlockPtr& block : blocks) {
        stats_.transactions_final += block->transactions.size();
        for (std::size_t i = 0; i < block->transactions.size(); ++i)
            pool_.settle(ledger::info(*block->transactions[i]), block->outcomes[i]);
        pool_.next_block();
        candidates_.forget(block->hash);
    }
    for (const Hash256& id : pool_.remove_expired(chain_->tip().height.next())) parts_.listener.on_expired(id);
    candidates_.drop_through(chain_->tip().view);
    if (gate_) {
        gate_->release_below(chain_->tip().view);
    }
    build_tried_ = false;
    moved_at_ = now_;
    final_at_ = now_;
    const bool changed =
        std::any_of(blocks.begin(), blocks.end(), [](const auto& block) { return block->rules.has_value(); });
    if (changed) parts_.listener.on_epoch(chain_->epoch());
    if (blocks.back()->closes_epoch()) begin_epoch();
    parts_.listener.on_final(blocks, chain_->tip());
    const Frame status = status_frame();
    for (const crypto::PublicKey& peer : connected_)
        if (!index_of(peer)) parts_.transport.send(peer, status);
}

Replica::Ready Replica::ensure_executed(const Hash256& hash, const consensus::Certificate* certificate) {
    // From the wanted block down to one that is executed; then upwards again.
    std::vector<Hash256> path;
    View view = certificate ? certificate->subject.view : engine_->view();
    for (Hash256 at = hash; !chain_->is_tip_or_executed(at);) {
        Candidate* const candidate = find_candidate(at);
        if (candidate == nullptr) {
            if (certificate != nullptr)
                candidates_.want(now_, {at, view}, certificate->signers);
            else if (!candidates_.wants(at))
                candidates_.want(now_, {at, view}, {validators().leader(engine_->view())});
            return Ready::kWaiting;
        }
        const ledger::Header& header = candidate->block.block.header;
        const bool refused = candidate->state == Candidate::State::kBad && certificate == nullptr;
        if (header.height <= chain_->tip().height || refused) return Ready::kBad;
        // Not executed for a vote; when it is final without this node's vote, it must be.
        if (certificate == nullptr && is_quarantined(*candidate)) return Ready::kBad;
        if (header.height.value > chain_->tip().height.value + Candidates::kMax / 2) {
            if (certificate != nullptr)
                for (ValidatorIndex signer : certificate->signers)
                    if (const crypto::PublicKey& key = validators().key(signer); connected_.contains(key))
                        sync_.on_claim(key, header.height, BlockSync::Claim::kProven);
            return Ready::kWaiting;
        }
        path.push_back(at);
        at = header.parent;
        view = header.view;
    }
    for (auto at = path.rbegin(); at != path.rend(); ++at) {
        Candidate* const candidate = candidates_.find(*at);
        if (candidate == nullptr) return Ready::kWaiting;
        if (const Ready checked = ensure_checked(*candidate, certificate); checked != Ready::kYes) return checked;
        if (const Ready executed = execute(*candidate, certificate); executed != Ready::kYes) return executed;
    }
    return Ready::kYes;
}

bool Replica::is_quarantined(const Candidate& candidate) const {
    if (parts_.quarantine == nullptr || parts_.quarantine->empty()) return false;
    const auto& transactions = candidate.block.block.transactions;
    return std::any_of(transactions.begin(), transactions.end(),
                       [&](const auto& transaction) { return is_quarantined(transaction->id()); });
}

// In memory, or in the log from before a restart.
Candidate* Replica::find_candidate(const Hash256& hash) {
    if (Candidate* const known = candidates_.find(hash)) return known;
    const auto place = store_.place_of(hash);
    if (!place) return nullptr;
    auto body = store_.body(*place, hash);
    if (!body.ok()) return nullptr;
    auto block = ledger::Block::decode(*body);
    if (!block.ok()) return nullptr;
    return &candidates_.add({*std::move(block), std::make_shared<const Bytes>(*std::move(body)), hash});
}

// What a quorum certified has been checked by honest validators; anything else is checked here, in the pool.
Replica::Ready Replica::ensure_checked(Candidate& candidate, const consensus::Certificate* certificate) {
    if (candidate.state == Candidate::State::kChecked) return Ready::kYes;
    if (certificate == nullptr) {
        if (candidate.state == Candidate::State::kBad) return Ready::kBad;
        start_check(candidate);
        return candidate.state == Candidate::State::kChecked ? Ready::kYes : Ready::kWaiting;
    }
    auto transactions = chain_->parse(candidate.block.block);
    if (!transactions) return fatal(diverged("it holds a malformed transaction")), Ready::kBad;
    candidate.transactions = *std::move(transactions);
    return Ready::kYes;
}

void Replica::start_check(Candidate& candidate) {
    if (candidate.state != Candidate::State::kUnchecked) return;
    std::vector<ledger::SignedTransactionPtr> unknown;
    std::vector<std::size_t> positions;
    const auto& transactions = candidate.block.block.transactions;
    candidate.transactions.assign(transactions.size(), nullptr);
    for (std::size_t i = 0; i < transactions.size(); ++i) {
        const Hash256 id = transactions[i]->id();
        // On its way through the pool of workers already: wait for that instead of checking it twice.
        if (under_check_.contains(id)) return;
        const auto known = pool_.find(id);
        // The pool vouches for these very bytes, signature included.
        if (known && ledger::signed_of(*known)->signature == transactions[i]->signature) {
            candidate.transactions[i] = known;
        } else {
            unknown.push_back(transactions[i]);
            positions.push_back(i);
        }
    }
    if (unknown.empty()) {
        candidate.state = Candidate::State::kChecked;
        return;
    }
    candidate.state = Candidate::State::kChecking;
    const Hash256 hash = candidate.block.hash;
    parts_.verify.check(std::move(unknown), chain_->parameters(),
                        [this, alive = alive_, hash, positions](std::vector<CheckedTransaction> verdicts) {
                            if (!*alive) return;
                            Candidate* const found = candidates_.find(hash);
                            if (found == nullptr || found->state != Candidate::State::kChecking) return;
                            found->state = Candidate::State::kChecked;
                            for (std::size_t i = 0; i < verdicts.size(); ++i) {
                                if (verdicts[i].ok())
                                    found->transactions[positions[i]] = *verdicts[i];
                                else
                                    found->state = Candidate::State::kBad;
                            }
                        });
}

Replica::Ready Replica::execute(Candidate& candidate, const consensus::Certificate* certificate) {
    const Hash256 hash = candidate.block.hash;
    make_room(candidate.block.block.header.parent);
    auto executed = chain_->execute(candidate.block.block, candidate.transactions, candidate.block.encoded,
                                    certificate ? Vouched::kQuorum : Vouched::kChecked);
    if (parts_.quarantine) parts_.quarantine->on_settled();
    if (executed.ok()) {
        candidates_.forget(hash);
        return Ready::kYes;
    }
    const Error& error = executed.error();
    if (is_own_fault(error)) {
        fatal(error);
    } else if (certificate != nullptr) {
        fatal(diverged(error.message));
    } else {
        log(LogLevel::kWarn,
            fmt::format("refused block {} of view {}: {} ({})", candidate.block.block.header.height.value,
                        candidate.block.block.header.view.value, error.message, error.code));
        candidate.state = Candidate::State::kBad;
    }
    return Ready::kBad;
}

Error Replica::diverged(const std::string& why) {
    return {"state_diverged", "a block that a quorum agreed on is refused here (" + why +
                                  "); this node's state is wrong: stop it, delete its state folder and start it again"};
}

// While nothing becomes final, each leader may add a block for each of its views. What has no notarization is made
// again from the log in the rare case that it is needed.
void Replica::make_room(const Hash256& parent) {
    if (chain_->executed_count() < kExecutedMax) return;
    std::vector<Hash256> kept{parent};
    for (const ExecutedBlockPtr& block : chain_->executed()) {
        const auto notarization = engine_->notarization(block->header.view);
        if (block->vouched == Vouched::kQuorum || block->header.view >= engine_->view() ||
            (notarization && notarization->subject.digest == block->hash))
            kept.push_back(block->hash);
    }
    chain_->keep_only_paths_to(kept);
}

void Replica::ask_for_missing() {
    for (const Candidates::Ask& ask : candidates_.due(now_))
        if (ask.holder != self_)
            parts_.transport.send(validators().key(ask.holder), encode(BodyRequestMessage{ask.hash}));
}

bool Replica::is_own_fault(const Error& error) {
    return error.code == "disk_full" || error.code == "disk_error" || error.code.starts_with("kv_") ||
           error.code.starts_with("state_");
}

Instant Replica::next_deadline() const {
    if (halted_) return Instant::never();
    Instant deadline = std::min(engine_->next_deadline(), candidates_.next_deadline());
    const auto lost = chain_->lowest_lost();
    if (!read_only_)
        deadline = std::min(deadline, sync_.next_deadline(now_, lost ? lost->prev() : sync_top().height));
    deadline = std::min(deadline, gossip_again_at());
    if (!heartbeat_is_due()) deadline = std::min(deadline, heartbeat_at());
    deadline = std::min(deadline, poll_at_);
    if (waits_for_its_turn()) deadline = std::min(deadline, ready_at_);
    if (build_ && !read_only_ && build_empty_at_ > now_) deadline = std::min(deadline, build_empty_at_);
    return deadline;
}

void Replica::fatal(const Error& error) {
    halted_ = true;
    log(LogLevel::kError, fmt::format("stopped: {} ({})", error.message, error.code));
    parts_.listener.on_fatal(error);
}

}  // namespace touchstone::node
