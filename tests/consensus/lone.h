// One engine under test, with the test speaking for all its peers. By default four validators, the engine being 0;
// views 1, 2, 3 are led by those, view 4 by the engine.
#pragma once

#include <algorithm>
#include <memory>

#include "consensus/engine.h"
#include "tests/consensus/keys.h"

namespace touchstone::consensus::test {

inline constexpr Duration kLeader = milliseconds(200);
inline constexpr Duration kAdvance = milliseconds(300);
inline constexpr Duration kRetry = milliseconds(150);
inline const Hash256 kGenesis = digest("genesis");
inline const Hash256 kA = digest("a");
inline const Hash256 kB = digest("b");

struct Lone {
    std::uint32_t n;
    std::uint32_t self;
    Instant now{1'000'000};
    std::unique_ptr<SignerGate> gate;
    std::unique_ptr<Engine> engine;
    std::vector<Effect> effects;  // since the last forget()

    explicit Lone(std::uint32_t validators = 4, std::uint32_t self_index = 0) : n(validators), self(self_index) {
        gate = std::make_unique<SignerGate>(kChain, ValidatorIndex(self), secret_key(self));
        begin({View(), kGenesis, std::nullopt});
    }

    void begin(const Anchor& anchor) {
        EngineConfig config{kChain, validator_set(n), ValidatorIndex(self), kLeader, kAdvance, kRetry};
        engine = std::make_unique<Engine>(config, gate.get(), anchor);
        engine->start(now);
        take();
    }
    // A restart: the journal answers what the gate gave (all of it was synced), the engine begins from the anchor.
    void restart(const Anchor& anchor) {
        const auto given = gate->given_from(View());
        gate = std::make_unique<SignerGate>(kChain, ValidatorIndex(self), secret_key(self));
        for (const Vote& vote : given) (void)gate->restore(SignerGate::journal_record(vote)).ok();
        effects.clear();
        begin(anchor);
    }

    void take() {
        auto more = engine->take_effects();
        effects.insert(effects.end(), more.begin(), more.end());
    }
    void forget() { effects.clear(); }

    void work(bool has_work = true) { engine->on_work(now, has_work), take(); }
    void hear(std::uint32_t from, const Subject& about) {
        engine->on_vote(now, ValidatorIndex(from), vote(from, about)), take();
    }
    void hear(const std::vector<std::uint32_t>& from, const Subject& about) {
        for (const auto signer : from) hear(signer, about);
    }
    void propose(std::uint32_t from, const Subject& about) {
        engine->on_proposal(now, ValidatorIndex(from), vote(from, about)), take();
    }
    void verified(std::uint64_t view, const Hash256& block, Verdict verdict = Verdict::kValid) {
        engine->on_verified(now, View(view), block, verdict), take();
    }
    void built(std::uint64_t view, std::optional<Hash256> block) { engine->on_built(now, View(view), block), take(); }
    void certify(const Subject& about, const std::vector<std::uint32_t>& signers = {1, 2, 3},
                 std::optional<std::uint32_t> from = 1) {
        const auto sender = from ? std::optional(ValidatorIndex(*from)) : std::nullopt;
        engine->on_certificate(now, sender, certificate(about, signers)), take();
    }
    void ask(std::uint32_t from, const std::vector<View>& views) {
        engine->on_request(now, ValidatorIndex(from), views), take();
    }
    void connect(std::uint32_t peer) { engine->on_connected(now, ValidatorIndex(peer)), take(); }
    // Steps the clock to each deadline on the way.
    void pass(Duration span) {
        const Instant end = now + span;
        while (engine->next_deadline() <= end) {
            now = std::max(now, engine->next_deadline());
            engine->on_tick(now), take();
        }
        now = end;
    }

    template <class T>
    std::vector<T> all() const {
        std::vector<T> found;
        for (const Effect& effect : effects)
            if (const T* one = std::get_if<T>(&effect)) found.push_back(*one);
        return found;
    }
    // How often this vote was sent to all, alone or with its body.
    std::size_t sent(const Subject& about) const {
        std::size_t count = 0;
        for (const auto& one : all<SendVote>()) count += one.vote.subject == about;
        for (const auto& one : all<Propose>()) count += one.vote.subject == about;
        return count;
    }
    std::size_t sent_certificate(const Subject& about) const {
        std::size_t count = 0;
        for (const auto& one : all<SendCertificate>()) count += one.certificate.subject == about;
        return count;
    }
    bool blamed(std::uint32_t who, const std::string& what) const {
        const auto named = all<Misbehaviour>();
        return std::any_of(named.begin(), named.end(),
                           [&](const Misbehaviour& one) { return one.who == ValidatorIndex(who) && one.what == what; });
    }
    std::uint64_t view() const { return engine->view().value; }
    std::uint64_t final_view() const { return engine->finalized_view().value; }
    bool idle() const { return engine->next_deadline() == Instant::never(); }
};

}  // namespace touchstone::consensus::test
