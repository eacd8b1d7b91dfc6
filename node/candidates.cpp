#include "node/candidates.h"

#include <algorithm>

namespace touchstone::node {

Candidate& Candidates::add(ReceivedBlock block) {
    const Hash256 hash = block.hash;
    wanted_.erase(hash);
    if (Candidate* const known = find(hash)) return *known;
    if (candidates_.size() >= kMax) {
        const auto highest = std::max_element(candidates_.begin(), candidates_.end(), [](const auto& a, const auto& b) {
            return a.second.block.block.header.view < b.second.block.block.header.view;
        });
        candidates_.erase(highest);
    }
    Candidate candidate;
    candidate.block = std::move(block);
    return candidates_.emplace(hash, std::move(candidate)).first->second;
}

Candidate* Candidates::find(const Hash256& hash) {
    const auto found = candidates_.find(hash);
    return found == candidates_.end() ? nullptr : &found->second;
}

void Candidates::want(Instant now, const Missing& missing, const std::vector<ValidatorIndex>& holders) {
    if (holders.empty() || candidates_.contains(missing.hash)) return;
    const auto known = wanted_.find(missing.hash);
    if (known == wanted_.end()) {
        if (wanted_.size() < kMax)
            wanted_.emplace(missing.hash, Wanted{missing.view, holders, 0, now + kFirstAsk});
        return;
    }
    auto& named = known->second.holders;
    for (const ValidatorIndex holder : holders)
        if (std::find(named.begin(), named.end(), holder) == named.end()) named.push_back(holder);
}

std::vector<Candidates::Ask> Candidates::due(Instant now) {
    std::vector<Ask> asks;
    for (auto& [hash, wanted] : wanted_) {
        if (wanted.next_ask > now) continue;
        asks.push_back({hash, wanted.holders[wanted.next_holder % wanted.holders.size()]});
        ++wanted.next_holder;
        wanted.next_ask = now + kAskAgain;
    }
    return asks;
}

Instant Candidates::next_deadline() const {
    Instant deadline = Instant::never();
    for (const auto& [hash, wanted] : wanted_) deadline = std::min(deadline, wanted.next_ask);
    return deadline;
}

void Candidates::forget(const Hash256& hash) {
    candidates_.erase(hash);
    wanted_.erase(hash);
}

void Candidates::drop_through(View view) {
    std::erase_if(candidates_, [&](const auto& entry) { return entry.second.block.block.header.view <= view; });
    std::erase_if(wanted_, [&](const auto& entry) { return entry.second.view <= view; });
}

void Candidates::drop_all() {
    candidates_.clear();
    wanted_.clear();
}

}  // namespace touchstone::node
