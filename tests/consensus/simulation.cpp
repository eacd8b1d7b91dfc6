#include "tests/consensus/simulation.h"

#include <algorithm>
#include <unordered_set>

namespace touchstone::consensus::test {
namespace {

constexpr Duration kLeaderTimeout = milliseconds(200);
constexpr Duration kAdvanceTimeout = milliseconds(300);
constexpr Duration kRetryInterval = milliseconds(150);
constexpr Duration kDelayMax = milliseconds(40);  // after healing: Δ = 100 ms covers a hop, a sync and a check
constexpr Duration kChaosDelayMax = milliseconds(500);
constexpr Duration kLivenessBound = seconds(60);
const Hash256 kGenesis = crypto::sha256(as_bytes("genesis of the consensus tests"));

// Real verdicts, each found once: the same votes come back in thousands of runs.
bool remembered_verify(const crypto::PublicKey& key, ByteView message, const crypto::Signature& signature) {
    static std::unordered_set<Hash256> verified;
    const Hash256 name = crypto::sha256({key.view(), message, signature.view()});
    if (verified.contains(name)) return true;
    if (!crypto::verify(key, message, signature)) return false;
    if (verified.size() > 1'000'000) verified.clear();
    verified.insert(name);
    return true;
}

}  // namespace

struct Simulation::Node {
    ValidatorIndex self;
    Attack attack = Attack::kNone;
    std::unique_ptr<SignerGate> gate;
    std::unique_ptr<Engine> engine;
    std::uint64_t incarnation = 0;
    std::deque<std::vector<Effect>> unsynced;
    bool syncing = false;
    Instant wake_at = Instant::never();
    // survives a crash
    Journal journal;
    std::map<View, Certificate> notarizations;
    Anchor anchor;
    Hash256 tip;
    std::set<Hash256> heard;  // blocks that an attack answered already
    bool honest() const { return attack == Attack::kNone; }
};

Plan plan_of(std::uint64_t seed) {
    std::mt19937_64 rng(seed * 0x9E3779B97F4A7C15u + 1);
    Plan plan;
    plan.seed = seed;
    const std::uint32_t sizes[] = {4, 4, 4, 4, 4, 4, 1, 2, 3, 5, 7};
    plan.n = sizes[rng() % std::size(sizes)];
    const std::uint64_t faults = rng() % 3 == 0 ? 0 : (plan.n - 1) / 3;
    for (std::uint64_t i = 0; i < faults; ++i) plan.attacks.push_back(static_cast<Attack>(1 + rng() % 7));
    plan.heal = {static_cast<std::int64_t>(500 + rng() % 4000) * 1000};
    plan.loss = rng() % 2 ? 0 : static_cast<double>(rng() % 60) / 100;
    plan.duplicate = rng() % 2 ? 0 : 0.2;
    plan.crashes = rng() % 2 ? 0 : static_cast<int>(rng() % (2 * plan.n + 1));
    plan.partitions = rng() % 2 ? 0 : static_cast<int>(rng() % 4);
    plan.connection_events = rng() % 3 != 0;
    plan.transactions = 1 + rng() % 6;
    return plan;
}

Simulation::Simulation(const Plan& plan)
    : plan_(plan), rng_(plan.seed), invariants_(kChain, validator_set(plan.n), blocks_), side_(plan.n, 0) {
    // Which seats are faulty is the seed's choice too: seat 1 leads first.
    std::vector<std::uint32_t> seats(plan.n);
    for (std::uint32_t i = 0; i < plan.n; ++i) seats[i] = i;
    std::shuffle(seats.begin(), seats.end(), rng_);
    for (std::uint32_t i = 0; i < plan.n; ++i) {
        auto node = std::make_unique<Node>();
        node->self = ValidatorIndex(i);
        node->anchor = Anchor{View(), kGenesis, std::nullopt};
        node->tip = kGenesis;
        nodes_.push_back(std::move(node));
    }
    for (std::size_t i = 0; i < plan.attacks.size(); ++i) nodes_[seats[i]]->attack = plan.attacks[i];
    for (auto& node : nodes_) start(*node);
    script();
}

Simulation::~Simulation() = default;

void Simulation::schedule(Duration after, std::function<void()> what) {
    agenda_.emplace(std::pair(now_ + after, sequence_++), std::move(what));
}

bool Simulation::step() {
    if (agenda_.empty()) return false;
    const auto next = agenda_.begin();
    now_ = next->first.first;
    const auto what = std::move(next->second);
    agenda_.erase(next);
    ++events_;
    what();
    return true;
}

void Simulation::run_until(Instant end) {
    while (!agenda_.empty() && agenda_.begin()->first.first <= end) step();
    now_ = std::max(now_, end);
}

Duration Simulation::delay() {
    const Duration most = now_ < plan_.heal && chance(0.3) ? kChaosDelayMax : kDelayMax;
    return {static_cast<std::int64_t>(1 + random(static_cast<std::uint64_t>(most.us)))};
}

void Simulation::touch(Node& node, const std::function<void(Engine&)>& event) {
    if (!node.engine) return;
    const View view = node.engine->view();
    const View final_view = node.engine->finalized_view();
    event(*node.engine);
    invariants_.stepped(*node.engine, view, final_view);
    collect(node);
}

void Simulation::collect(Node& node) {
    auto effects = node.engine->take_effects();
    if (!effects.empty()) node.unsynced.push_back(std::move(effects));
    sync(node);
    wake(node);
}

// One sync at a time; what it covers is carried out after it, in order.
void Simulation::sync(Node& node) {
    if (node.syncing || node.unsynced.empty()) return;
    node.syncing = true;
    const auto covered = node.unsynced.size();
    const auto incarnation = node.incarnation;
    schedule({static_cast<std::int64_t>(random(5000))}, [this, &node, covered, incarnation] {
        if (node.incarnation != incarnation) return;
        std::vector<std::vector<Effect>> batches;
        for (std::size_t i = 0; i < covered; ++i) {
            batches.push_back(std::move(node.unsynced.front()));
            node.unsynced.pop_front();
        }
        for (const auto& batch : batches)
            for (const Effect& effect : batch) {
                if (const auto* sent = std::get_if<SendVote>(&effect); sent && sent->fresh)
                    node.journal.insert(record_text(sent->vote));
                if (const auto* sent = std::get_if<Propose>(&effect); sent && sent->fresh)
                    node.journal.insert(record_text(sent->vote));
                if (const auto* held = std::get_if<Notarized>(&effect))
                    node.notarizations.insert_or_assign(held->certificate.subject.view, held->certificate);
            }
        node.syncing = false;
        for (const auto& batch : batches)
            for (const Effect& effect : batch)
                if (node.incarnation == incarnation) carry_out(node, effect);
        if (node.incarnation == incarnation) collect(node);
    });
}

void Simulation::carry_out(Node& node, const Effect& effect) {
    if (const auto* out = std::get_if<SendVote>(&effect)) {
        send_vote(node, out->to, out->vote, false);
    } else if (const auto* proposal = std::get_if<Propose>(&effect)) {
        send_vote(node, proposal->to, proposal->vote, true);
    } else if (const auto* certificate = std::get_if<SendCertificate>(&effect)) {
        send(node, certificate->to, [this, from = node.self, held = certificate->certificate](Engine& engine) {
            engine.on_certificate(now_, from, held);
        });
    } else if (const auto* request = std::get_if<SendRequest>(&effect)) {
        send(node, request->to, [this, from = node.self, views = request->views](Engine& engine) {
            engine.on_request(now_, from, views);
        });
    } else if (const auto* order = std::get_if<Build>(&effect)) {
        build(node, *order);
    } else if (const auto* check = std::get_if<Verify>(&effect)) {
        verify(node, *check);
    } else if (const auto* final_block = std::get_if<Finalized>(&effect)) {
        finalized(node, final_block->certificate);
    } else if (const auto* misbehaviour = std::get_if<Misbehaviour>(&effect)) {
        const bool blames_honest = misbehaviour->who && nodes_[misbehaviour->who->value]->honest();
        hold(!node.honest() || !blames_honest, "R12: an honest validator is blamed: " + misbehaviour->what);
    }
}

void Simulation::send_vote(Node& from, std::optional<ValidatorIndex> to, const Vote& vote, bool body) {
    if (from.honest()) invariants_.sent(vote, from.journal);
    if (from.attack == Attack::kEquivocator && vote.subject.kind == VoteKind::kNotarize) return equivocate(from, vote);
    for (auto& peer : nodes_) {
        if (peer->self == from.self || (to && *to != peer->self)) continue;
        if (peer->attack != Attack::kNone) schedule(delay(), [this, &peer = *peer, vote] { attack(peer, vote); });
        send_one(from, *peer, [this, self = from.self, vote, body](Engine& engine) {
            body ? engine.on_proposal(now_, self, vote) : engine.on_vote(now_, self, vote);
        });
    }
}

// Half of the peers hear of one block, half of another.
void Simulation::equivocate(Node& node, const Vote& vote) {
    const auto seat = node.self.value;
    Subject other = vote.subject;
    other.digest = crypto::tagged_hash("other", {vote.subject.digest.view()});
    BlockInfo twin = blocks_[vote.subject.digest];
    twin.transactions.insert(1'000'000 + vote.subject.view.value);
    blocks_.emplace(other.digest, twin);
    const bool leads = validator_set(plan_.n).leader(vote.subject.view) == node.self;
    for (auto& peer : nodes_) {
        if (peer->self == node.self) continue;
        const auto first = random(2) ? vote : test::vote(seat, other);
        const auto deliver = [this, self = node.self, leads](const Vote& said) {
            return [this, self, leads, said](Engine& engine) {
                leads ? engine.on_proposal(now_, self, said) : engine.on_vote(now_, self, said);
            };
        };
        send_one(node, *peer, deliver(first));
        if (random(3) == 0) send_one(node, *peer, deliver(test::vote(seat, other)));
    }
}

// What a Byzantine validator does on hearing a vote, besides what its engine does.
void Simulation::attack(Node& node, const Vote& heard) {
    const auto seat = node.self.value;
    const auto say = [&](const Subject& subject) {
        const Vote vote = test::vote(seat, subject);
        for (auto& peer : nodes_)
            if (peer->self != node.self && random(3) != 0)
                send_one(node, *peer, [this, self = node.self, vote](Engine& e) { e.on_vote(now_, self, vote); });
    };
    const std::uint64_t view = heard.subject.view.value;
    if (node.attack == Attack::kFlooder && random(4) == 0)
        return say(random(2) ? nullify(view + random(5000)) : notarize(view + random(5000), view - 1, kGenesis));
    if (node.attack != Attack::kVoteAll || heard.subject.kind == VoteKind::kNullify) return;
    if (!node.heard.insert(heard.subject.digest).second) return;
    for (const VoteKind kind : {VoteKind::kNotarize, VoteKind::kFinalize}) {
        Subject subject = heard.subject;
        subject.kind = kind;
        say(subject);
    }
    say(nullify(view));
}

void Simulation::send(Node& from, std::optional<ValidatorIndex> to, const std::function<void(Engine&)>& deliver) {
    for (auto& peer : nodes_)
        if (peer->self != from.self && (!to || *to == peer->self)) send_one(from, *peer, deliver);
}

void Simulation::send_one(Node& from, Node& to, const std::function<void(Engine&)>& deliver) {
    if (from.attack == Attack::kSilent) return;
    if (from.attack == Attack::kWithholder && random(2)) return;
    if (side_[from.self.value] != side_[to.self.value]) return;
    const bool chaos = now_ < plan_.heal;
    if (chaos && chance(plan_.loss)) return;
    const int copies = chance(plan_.duplicate) ? 2 : 1;
    for (int i = 0; i < copies; ++i) schedule(delay(), [this, &to, deliver] { touch(to, deliver); });
}

void Simulation::build(Node& node, const Build& order) {
    const auto incarnation = node.incarnation;
    BlockInfo block{order.view, order.parent_digest, {}, node.attack != Attack::kInvalid};
    for (const std::uint64_t transaction : submitted_)
        if (!invariants_.chain_contains(order.parent_digest, transaction)) block.transactions.insert(transaction);
    std::optional<Hash256> name;
    if (!block.transactions.empty() || order.may_be_empty) {
        Writer out;
        out.u64(order.view.value).hash(order.parent_digest).u32(node.self.value).u8(block.valid);
        for (const std::uint64_t transaction : block.transactions) out.u64(transaction);
        name = crypto::sha256(out.bytes());
        blocks_.emplace(*name, block);
    }
    schedule({static_cast<std::int64_t>(random(10'000))}, [this, &node, incarnation, view = order.view, name] {
        if (node.incarnation == incarnation) touch(node, [&](Engine& engine) { engine.on_built(now_, view, name); });
    });
}

void Simulation::verify(Node& node, const Verify& order) {
    const auto incarnation = node.incarnation;
    const auto block = blocks_.find(order.proposal.digest);
    const bool valid = block != blocks_.end() && block->second.valid && block->second.parent == order.parent_digest;
    const auto verdict = valid ? Verdict::kValid : Verdict::kInvalid;
    schedule({static_cast<std::int64_t>(random(10'000))}, [this, &node, incarnation, about = order.proposal, verdict] {
        if (node.incarnation != incarnation) return;
        touch(node, [&](Engine& engine) { engine.on_verified(now_, about.view, about.digest, verdict); });
    });
}

void Simulation::finalized(Node& node, const Certificate& certificate) {
    const Subject& about = certificate.subject;
    if (node.honest()) invariants_.finalized(certificate);
    node.tip = about.digest;
    // The anchor is what is durable: it lags, and what it covers may be forgotten only then.
    if (random(2)) {
        node.anchor = Anchor{about.view, about.digest, certificate};
        std::erase_if(node.notarizations, [&](const auto& entry) { return entry.first <= about.view; });
    }
    const bool work = work_left(node);
    touch(node, [&](Engine& engine) { engine.on_work(now_, work); });
}

bool Simulation::work_left(const Node& node) const {
    return std::any_of(submitted_.begin(), submitted_.end(),
                       [&](std::uint64_t transaction) { return !invariants_.chain_contains(node.tip, transaction); });
}

void Simulation::wake(Node& node) {
    const Instant due = node.engine->next_deadline();
    if (due == Instant::never() || (node.wake_at <= due && node.wake_at > now_)) return;
    node.wake_at = due;
    const auto incarnation = node.incarnation;
    schedule(std::max(due - now_, Duration{0}), [this, &node, incarnation, due] {
        if (node.incarnation != incarnation || node.wake_at != due) return;
        node.wake_at = Instant::never();
        touch(node, [&](Engine& engine) { engine.on_tick(now_); });
    });
}

void Simulation::start(Node& node) {
    ++node.incarnation;
    node.wake_at = Instant::never();
    node.syncing = false;
    node.unsynced.clear();
    if (node.attack == Attack::kAmnesiac) node.journal.clear();
    node.gate = std::make_unique<SignerGate>(kChain, node.self, secret_key(node.self.value));
    for (const auto& record : node.journal)
        hold(node.gate->restore(as_bytes(record)).ok(), "I6: the journal is not restored");
    node.tip = node.anchor.digest;
    EngineConfig config{kChain, validator_set(plan_.n), node.self, kLeaderTimeout, kAdvanceTimeout, kRetryInterval};
    config.verify = remembered_verify;
    node.engine = std::make_unique<Engine>(config, node.gate.get(), node.anchor);
    touch(node, [&](Engine& engine) { engine.start(now_); });
    const auto kept = node.notarizations;
    for (const auto& [view, held] : kept)
        touch(node, [&](Engine& engine) { engine.on_certificate(now_, std::nullopt, held); });
    const bool work = work_left(node);
    touch(node, [&](Engine& engine) { engine.on_work(now_, work); });
}

void Simulation::crash(Node& node) {
    ++node.incarnation;
    node.engine.reset();
    node.gate.reset();
}

void Simulation::connect_all(Node& node) {
    if (!plan_.connection_events) return;
    for (auto& peer : nodes_) {
        if (peer->self == node.self) continue;
        touch(*peer, [&](Engine& engine) { engine.on_connected(now_, node.self); });
        touch(node, [&](Engine& engine) { engine.on_connected(now_, peer->self); });
    }
}

void Simulation::submit(std::uint64_t transaction) {
    submitted_.push_back(transaction);
    for (auto& node : nodes_) touch(*node, [&](Engine& engine) { engine.on_work(now_, true); });
}

void Simulation::script() {
    const auto before_heal = [&] {
        return Duration{static_cast<std::int64_t>(random(static_cast<std::uint64_t>(plan_.heal.us)))};
    };
    for (std::uint64_t i = 1; i <= plan_.transactions; ++i) schedule(before_heal(), [this, i] { submit(i); });
    int crashes = plan_.crashes;
    if (crashes > 0 && chance(0.3)) {
        // A power cut: all at once.
        const Duration at = before_heal();
        for (auto& node : nodes_) schedule(at, [this, &node = *node] { crash(node); });
    }
    for (auto& node : nodes_)
        if (node->attack == Attack::kAmnesiac)
            for (int i = 0; i < 5; ++i) schedule(before_heal(), [this, &node = *node] { start(node); });
    for (; crashes > 0; --crashes) {
        Node& node = *nodes_[random(plan_.n)];
        const Duration at = before_heal();
        schedule(at, [this, &node] { crash(node); });
        schedule(at + Duration{static_cast<std::int64_t>(random(800'000))}, [this, &node] {
            if (node.engine) return;
            start(node);
            connect_all(node);
        });
    }
    for (int i = 0; i < plan_.partitions; ++i) {
        schedule(before_heal(), [this] {
            for (auto& side : side_) side = static_cast<std::uint32_t>(random(2));
        });
        schedule(before_heal(), [this] {
            std::fill(side_.begin(), side_.end(), 0);
            for (auto& node : nodes_) connect_all(*node);
        });
    }
}

bool Simulation::everybody_has(std::uint64_t transaction) const {
    return std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& node) {
        return !node->honest() || invariants_.chain_contains(node->tip, transaction);
    });
}

// For whoever replays a seed that failed.
void Simulation::describe() const {
    for (const auto& node : nodes_) {
        if (!node->engine) continue;
        fmt::print(stderr, "{} attack {} view {} final {} anchor {}:", node->self.value, static_cast<int>(node->attack),
                   node->engine->view().value, node->engine->finalized_view().value, node->anchor.view.value);
        for (const Vote& vote : node->gate->given_from(node->engine->finalized_view()))
            fmt::print(stderr, " {}{}<{}", "?nxf"[static_cast<int>(vote.subject.kind)], vote.subject.view.value,
                       vote.subject.parent.value);
        fmt::print(stderr, " certified");
        for (View view = node->engine->finalized_view(); view < node->engine->view(); view = view.next())
            if (node->engine->notarization(view)) fmt::print(stderr, " {}", view.value);
        fmt::print(stderr, "\n");
    }
}

void Simulation::run() {
    run_until(plan_.heal);
    std::fill(side_.begin(), side_.end(), 0);
    for (auto& node : nodes_)
        if (!node->engine) start(*node);
    for (auto& node : nodes_) connect_all(*node);
    const std::uint64_t last = plan_.transactions + 1;
    submit(last);
    const Instant bound = now_ + kLivenessBound;
    while (!everybody_has(last) && now_ < bound) hold(step(), "liveness: the cluster fell silent with work left");
    if (!everybody_has(last)) describe();
    hold(everybody_has(last), "liveness: new work is not final in time");
    if (!plan_.attacks.empty()) return;
    // R14: with everything final the cluster falls silent.
    const Instant quiet = now_ + kLivenessBound;
    while (!agenda_.empty() && now_ < quiet) step();
    hold(agenda_.empty(), "R14: an idle cluster is not silent");
}

}  // namespace touchstone::consensus::test
