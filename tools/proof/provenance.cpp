#include "tools/proof/provenance.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/limits.h"
#include "tools/client/ledger_gate.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

// An item may change between two calls; then the head has moved and all is asked again.
constexpr int kAttempts = 3;

std::optional<std::uint32_t> sequence_from(const std::string& text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool ends_stay(const ledger::Event& event) {
    return event.kind == ledger::EventKind::kUnpacked || event.kind == ledger::EventKind::kMissing;
}

class Joiner {
  public:
    // `proven`: of the containers that the item is in now, its own proof tells how many events they have.
    Joiner(const Trust& trust, RpcClient& client, const ledger::ItemName& item, const ProvenItem& proven)
        : trust_(trust), client_(client), item_(item), height_min_(proven.signed_header.header.height) {
        for (const ProvenBox& box : proven.containers) events_min_[box.key] = box.record.event_count;
    }

    // `own`, the events of a subject, with those of the containers it was in between being packed and leaving.
    // `container`: whose events these are; zero: the item's. `bound`: how far they are the item's.
    Result<std::vector<ProvenEvent>> join(const std::vector<ledger::Event>& own, const ledger::StateKey& container,
                                          const Bound& bound) {
        TRY_ASSIGN(const std::vector<Stay> stays, stays_of(own));
        std::vector<ProvenEvent> joined;
        auto stay = stays.begin();
        for (auto at = own.begin(); at != own.end();) {
            joined.push_back({*at, container});
            if (at++->kind != ledger::EventKind::kPacked) continue;
            const auto left = std::find_if(at, own.end(), ends_stay);
            std::vector<ProvenEvent> inside;
            for (; at != left; ++at) inside.push_back({*at, container});
            TRY_ASSIGN(const std::vector<ProvenEvent> around, events_during(*stay++, bound));
            std::merge(inside.begin(), inside.end(), around.begin(), around.end(), std::back_inserter(joined),
                       [](const ProvenEvent& a, const ProvenEvent& b) { return a.event.height < b.event.height; });
        }
        return joined;
    }
    std::size_t containers() const { return known_.size(); }

  private:
    Result<std::vector<ProvenEvent>> events_during(const Stay& stay, const Bound& outer) {
        TRY_ASSIGN(const std::vector<ledger::Event>* const all, events_of(stay.container));
        if (all->size() < stay.events_min())
            return Error{"unproven", fmt::format("the history of a container is an older one: it has {} events, and the "
                                                 "goods in it tell of {}",
                                                 all->size(), stay.events_min())};
        const Bound bound = stay.until ? stay.bound : outer;
        std::vector<ledger::Event> shared;
        for (const ledger::Event& event : *all)
            if (event.sequence >= stay.from && (!stay.until || event.sequence < *stay.until) && bound.holds(event))
                shared.push_back(event);
        return join(shared, stay.container, bound);
    }

    Result<const std::vector<ledger::Event>*> events_of(const ledger::StateKey& container) {
        if (const auto known = known_.find(container); known != known_.end()) return &known->second;
        for (int attempt = 1;; ++attempt) {
            TRY_ASSIGN(const EventPages pages,
                       fetch_events(client_, "container_history", {{"key", container.hex()}, {"item", params_of(item_)}},
                                    [&](const json& page) { return count_of(container, page); }));
            TRY_ASSIGN(const ProvenContainer proven, check_container_answer(trust_, container, pages.last));
            if (!proven.container) return Error{"unproven", "the item was in a container that is proven not to exist"};
            auto checked =
                check_history(container, proven.container->event_count, proven.container->event_head, pages.events);
            if (proven.signed_header.header.height < height_min_)
                checked = Error{"unproven", "the history of a container is of an older block than the proof of the item"};
            if (const auto least = events_min_.find(container);
                checked.ok() && least != events_min_.end() && checked->size() < least->second)
                checked = Error{"unproven", "the history of a container is older than the proof of what is in it"};
            if (checked.ok()) return &known_.emplace(container, *std::move(checked)).first->second;
            if (attempt == kAttempts) return checked.error();
        }
    }

    Result<std::size_t> count_of(const ledger::StateKey& container, const json& page) const {
        TRY_ASSIGN(const ProvenContainer proven, check_container_answer(trust_, container, page));
        return proven.container ? proven.container->event_count : std::size_t{0};
    }

    const Trust& trust_;
    RpcClient& client_;
    const ledger::ItemName item_;
    // Of a container that its item left, or that left another, nothing else tells how long the history was by then.
    const Height height_min_;
    std::map<ledger::StateKey, std::uint32_t> events_min_;
    std::map<ledger::StateKey, std::vector<ledger::Event>> known_;
};

Result<std::size_t> count_of_item(const Trust& trust, const ledger::ItemName& item, const json& page) {
    TRY_ASSIGN(const ProvenRecord proven, check_record_answer(trust, item.key(), page));
    if (!proven.record) return std::size_t{0};
    const auto record = ledger::ItemRecord::decode(*proven.record);
    if (!record.ok()) return Error{"unproven", "the proven item is of a form that this program does not know"};
    return record->event_count;
}

}  // namespace

Result<EventPages> fetch_events(RpcClient& client, const char* method, const json& subject, const CountOf& count_of) {
    EventPages pages;
    std::size_t events_max = kEventsMax;
    std::optional<std::string> cursor;
    do {
        json params = subject;
        params["limit"] = limits::kRpcPageMax;
        if (cursor) params["cursor"] = *cursor;
        TRY_ASSIGN(json page, client.call(method, params));
        if (!page.is_object() || !page.contains("events") || !page["events"].is_array())
            return Error{"unproven", std::string(method) + " answered no list of events"};
        if (!cursor && count_of) {
            TRY_ASSIGN(const std::size_t count, count_of(page));
            events_max = count + limits::kRpcPageMax;  // some may come while we ask
        }
        for (const json& event : page["events"]) {
            const auto bytes = event.is_object() && event.contains("bytes") && event["bytes"].is_string()
                                   ? from_base64(event["bytes"].get<std::string>())
                                   : std::nullopt;
            if (!bytes) return Error{"unproven", "an event of the history has no bytes to check"};
            if (pages.events.size() == events_max)
                return Error{"unproven", std::string(method) + " answers more events than there are"};
            pages.events.push_back(*bytes);
        }
        const bool more = page.contains("cursor") && page["cursor"].is_string() && !page["events"].empty();
        cursor = more ? std::optional(page["cursor"].get<std::string>()) : std::nullopt;
        pages.last = std::move(page);
    } while (cursor);
    return pages;
}

Result<ProvenItem> fetch_item(const Trust& trust, const ItemQuery& query, RpcClient& client) {
    json params = params_of(query.name);
    params["proof"] = true;
    if (query.lot) params["lot"] = *query.lot;
    if (query.expiry) params["expiry"] = *query.expiry;
    if (query.country) params["country"] = *query.country;
    if (query.seller) params["seller"] = *query.seller;
    params["purpose"] = rpc::name_of(query.purpose);
    TRY_ASSIGN(const json answer, client.call("item_verify", params));
    return check_item_answer(trust, query, answer);
}

Result<std::vector<Stay>> stays_of(const std::vector<ledger::Event>& own) {
    std::vector<Stay> stays;
    for (const ledger::Event& event : own) {
        const bool in = event.kind == ledger::EventKind::kPacked;
        const bool out = ends_stay(event);
        if (!in && !out) continue;
        const auto container = Hash256::from_hex(event.other);
        const auto sequence = sequence_from(event.detail);
        const bool fits = container && sequence && (in || (!stays.empty() && !stays.back().until));
        if (!fits) return Error{"unproven", "an event about a container does not name it"};
        if (in) {
            stays.push_back({ledger::StateKey::written(*container), *sequence, std::nullopt, {}});
        } else {
            stays.back().until = *sequence;
            stays.back().bound.height = event.height;
            if (event.kind == ledger::EventKind::kMissing) stays.back().bound.before = event.transaction_id;
        }
    }
    return stays;
}

Result<Provenance> fetch_provenance(const Trust& trust, const ItemQuery& query, RpcClient& client) {
    for (int attempt = 1;; ++attempt) {
        TRY_ASSIGN(const EventPages pages,
                   fetch_events(client, "item_history", params_of(query.name),
                                [&](const json& page) { return count_of_item(trust, query.name, page); }));
        Provenance made;
        TRY_ASSIGN(made.proven, fetch_item(trust, query, client));
        if (!made.proven.item) return made;
        const ledger::ItemRecord& item = *made.proven.item;
        const auto own = check_history(query.name.key(), item.event_count, item.event_head, pages.events);
        if (!own.ok()) {
            if (attempt == kAttempts || pages.events.size() >= item.event_count) return own.error();
            continue;
        }
        Joiner joiner(trust, client, query.name, made.proven);
        // A container that it left since may have gone on, and a node may answer for the two at different times.
        TRY_ASSIGN(made.events, joiner.join(*own, {}, Bound{made.proven.signed_header.header.height, {}}));
        made.containers = joiner.containers();
        return made;
    }
}

}  // namespace touchstone::tools
