#include "rpc/stays.h"

#include <charconv>

#include "rpc/method.h"

namespace touchstone::rpc {
namespace {

std::optional<std::uint32_t> sequence_in(const ledger::Event& event) {
    std::uint32_t value = 0;
    const char* const end = event.detail.data() + event.detail.size();
    const auto [at, error] = std::from_chars(event.detail.data(), end, value);
    if (error != std::errc{} || at != end) return std::nullopt;
    return value;
}

bool ends_stay(const ledger::Event& event) {
    return event.kind == ledger::EventKind::kUnpacked || event.kind == ledger::EventKind::kMissing;
}

// nullopt: the event packs it into nothing.
std::optional<Stay> begun_by(const ledger::Event& event, const Stay& inner) {
    if (event.kind != ledger::EventKind::kPacked) return std::nullopt;
    const auto container = Hash256::from_hex(event.other);
    const auto from = sequence_in(event);
    if (!container || !from) return std::nullopt;
    return Stay{ledger::StateKey::written(*container), *from, UINT32_MAX, std::max(event.height, inner.first),
                inner.last};
}

}  // namespace

Result<std::optional<ledger::Event>, RpcError> StayWalk::read(const ledger::StateKey& subject, std::uint32_t sequence) {
    --left_;
    const auto bytes = view_.side(ledger::event_side_key(subject, sequence));
    if (!bytes.ok()) return from_error(bytes.error());
    if (!*bytes) return std::optional<ledger::Event>{};
    auto event = ledger::Event::decode(**bytes);
    if (!event.ok()) return from_error(event.error());
    return std::optional(*std::move(event));
}

// One subject: its events that count, and the stays of it in other containers that overlap with them.
Result<StayWalk::Step, RpcError> StayWalk::follow(const Stay& at, const Visit& visit) {
    Step step;
    std::optional<Stay> around;
    std::uint32_t sequence = reach_ == Reach::kFromStay ? at.from : 0;
    for (; sequence < at.until && left_ > 0; ++sequence) {
        HANDLER_TRY(const std::optional<ledger::Event> event, read(at.subject, sequence));
        if (!event || event->height > at.last) break;
        const bool counts = sequence >= at.from && event->height >= at.first;
        if (counts && visit.event && visit.event(*event)) {
            step.found = true;
            return step;
        }
        if (auto begun = begun_by(*event, at)) around = begun;
        if (!ends_stay(*event) || !around) continue;
        around->until = sequence_in(*event).value_or(around->from);
        around->last = std::min(at.last, event->height);
        if (counts) step.around.push_back(*around);
        around.reset();
    }
    if (around) step.around.push_back(*around);
    return step;
}

Result<bool, RpcError> StayWalk::find(const Stay& start, const Visit& visit) {
    std::vector<Stay> open{start};
    while (!open.empty() && left_ > 0) {
        const Stay at = open.back();
        open.pop_back();
        HANDLER_TRY(const Step step, follow(at, visit));
        if (step.found) return true;
        for (const Stay& around : step.around) {
            if (visit.container && visit.container(around.subject)) return true;
            open.push_back(around);
        }
    }
    return false;
}

std::optional<RpcError> StayWalk::use_up(const ledger::StateKey& nothing) {
    for (std::uint32_t sequence = 0; left_ > 0; ++sequence) {
        const auto event = read(nothing, sequence);
        if (!event.ok()) return event.error();
    }
    return std::nullopt;
}

}  // namespace touchstone::rpc
