#include "rpc/epcis/capture.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ledger/rules/corrections.h"

namespace touchstone::epcis {

namespace op = ledger::op;

namespace {

constexpr std::size_t kOperationsMax = 1'000;

void settle(EventResult& event, EventState state, std::string code = {}, std::string message = {}) {
    event.state = state;
    event.code = std::move(code);
    event.message = std::move(message);
}

ledger::UnitFacts facts_of(const ledger::ItemRecord& item) {
    return {item.state,    item.custodian,  item.receiver,
            item.owner,    item.offered_to, item.container.is_zero() ? std::string() : item.container.hex()};
}
ledger::UnitFacts facts_of(const ledger::ContainerRecord& container) {
    return {container.state, container.custodian, container.receiver, {}, {},
            container.container.is_zero() ? std::string() : container.container.hex()};
}

// Whether a refusal says that the ledger is as the operation would leave it. `unit`: what is known of the refused one.
bool is_done(const ledger::Operation& operation, std::string_view code, const std::string& actor,
             const ledger::UnitFacts* unit) {
    for (const ledger::Refusal refusal : ledger::info(operation).done_refusals)
        if (refusal != ledger::Refusal::kNone && ledger::info(refusal).code == code)
            return ledger::is_done(operation, refusal, actor, unit);
    return false;
}

// The unit at a place among an operation's items, then its containers.
struct Place {
    const ledger::Items* items = nullptr;  // null: it is no item
    const ledger::Containers* containers = nullptr;
    std::size_t index = 0;
};
Place place_of(const ledger::Operation& operation, std::size_t index) {
    const ledger::Items* const items = ledger::items_of(operation);
    const std::size_t count = items != nullptr ? items->size() : 0;
    if (index < count) return {items, nullptr, index};
    const ledger::Containers* const containers = ledger::containers_of(operation);
    const bool known = containers != nullptr && index - count < containers->size();
    return {nullptr, known ? containers : nullptr, index - count};
}

// Leaves out those whose place, counted from `first`, is among the refused.
template <class Name>
std::size_t drop(ledger::Units<Name>* units, std::size_t first, const std::set<std::size_t>& refused) {
    if (units == nullptr) return first;
    ledger::Units<Name> left;
    const std::vector<Name> names = units->names();
    for (std::size_t i = 0; i < names.size(); ++i)
        if (!refused.contains(first + i)) left.add(names[i]);
    *units = std::move(left);
    return first + names.size();
}

bool names_none(const ledger::Operation& operation) {
    const ledger::Items* const items = ledger::items_of(operation);
    const ledger::Containers* const containers = ledger::containers_of(operation);
    return (items == nullptr || items->empty()) && (containers == nullptr || containers->empty());
}

class Session {
  public:
    Session(CapturePort& port, const CaptureOrder& order) : port_(port), order_(order) {}

    // -- one event, one transaction

    void proceed(EventResult& event) {
        auto operations = operations_of(event.plan);
        if (!operations.ok()) return settle_error(event, operations.error());
        while (!operations->empty()) {
            const auto answer = port_.submit(*operations);
            if (!answer.ok()) return settle_error(event, answer.error());
            event.transaction = answer->id.hex();
            if (answer->refusal.empty()) return settle_applied(event, *answer);
            const auto dropped = drop_present(*operations, *answer);
            if (!dropped.ok()) return settle_error(event, dropped.error());
            if (!*dropped) return settle_refused(event, *operations, *answer);
        }
        settle(event, EventState::kAlreadyThere);
    }

    // -- all events in one transaction

    void together(std::span<EventResult> events) {
        std::vector<ledger::Operation> operations;
        std::vector<EventResult*> owners;
        for (EventResult& event : events) {
            if (event.state != EventState::kPlanned) continue;
            auto some = operations_of(event.plan);
            if (!some.ok()) {
                settle_error(event, some.error());
                return roll_back(events);
            }
            owners.insert(owners.end(), some->size(), &event);
            std::move(some->begin(), some->end(), std::back_inserter(operations));
        }
        if (operations.size() > kOperationsMax)
            return fail_all(events, {"too_many_events",
                                     fmt::format("{} operations do not fit one transaction: capture fewer events at "
                                                 "once, or go on after refusals (proceed)",
                                                 operations.size())});
        send_together(events, operations, owners);
    }

  private:
    Result<std::vector<ledger::Operation>> operations_of(const Plan& plan) {
        if (plan.kind == PlanKind::kKeep) return std::vector<ledger::Operation>{keeping(plan)};
        if (plan.kind == PlanKind::kCorrection) return corrections_of(plan);
        return plan.operations;
    }

    Result<std::vector<ledger::Operation>> corrections_of(const Plan& plan) {
        std::vector<ledger::Operation> made;
        for (const ledger::ItemName& item : plan.items) {
            TRY_ASSIGN(const std::vector<ledger::Event> events, port_.events(item));
            const auto wrong = wrong_event(events, plan.corrected);
            if (!wrong)
                return Error{"correction_unknown",
                             fmt::format("no event '{}' of {} that is not corrected stands in the history of item {}: "
                                         "capture the event itself first",
                                         ledger::name_of(plan.corrected), order_.organisation, item.key().hex())};
            op::Correct correct{item, *wrong, {}, {}, plan.correction_reason};
            for (const ledger::Event& event : events) {
                if (event.sequence < *wrong)
                    correct.head_before = ledger::next_event_head(correct.head_before, item.key(), event.encode());
                else
                    correct.events.push_back(event.encode());
            }
            made.emplace_back(std::move(correct));
        }
        return made;
    }

    // The last event of this kind that the organisation recorded and nobody corrected.
    std::optional<std::uint32_t> wrong_event(const std::vector<ledger::Event>& events, ledger::EventKind kind) const {
        std::set<std::uint32_t> corrected;
        for (const ledger::Event& event : events)
            if (const auto sequence = ledger::corrected_sequence(event)) corrected.insert(*sequence);
        for (auto at = events.rbegin(); at != events.rend(); ++at)
            if (at->kind == kind && at->actor == order_.organisation && !corrected.contains(at->sequence))
                return at->sequence;
        return std::nullopt;
    }

    Result<bool> is_present(const ledger::Operation& operation, const RefusedUnit& unit) {
        const Place place = place_of(operation, unit.index);
        if (place.items != nullptr) {
            const ledger::ItemName name = place.items->at(place.index);
            TRY_ASSIGN(const auto record, port_.item(name));
            const auto facts = record ? std::optional(facts_of(*record)) : std::nullopt;
            if (!is_done(operation, unit.code, order_.organisation, facts ? &*facts : nullptr)) return false;
            const bool moved = ledger::info(operation).repeat == ledger::Repeat::kCompared;
            return moved && record->state == ledger::ItemState::kActive ? was_recorded(operation, name) : true;
        }
        if (place.containers == nullptr) return is_done(operation, unit.code, order_.organisation, nullptr);
        TRY_ASSIGN(const auto record, port_.container(place.containers->at(place.index)));
        const auto facts = record ? std::optional(facts_of(*record)) : std::nullopt;
        return is_done(operation, unit.code, order_.organisation, facts ? &*facts : nullptr);
    }

    // A container that was packed and has left since: all that was to be packed is in it.
    Result<bool> is_inside(const ledger::Operation& operation, const std::string& code) {
        const auto* const pack = std::get_if<op::Pack>(&operation);
        if (pack == nullptr || (code != "container_moving" && code != "not_custodian")) return false;
        const ledger::StateKey target = pack->container.key();
        for (const ledger::ItemName& name : pack->items.names()) {
            TRY_ASSIGN(const auto record, port_.item(name));
            if (!record || record->container != target) return false;
        }
        for (const ledger::ContainerName& name : pack->containers.names()) {
            TRY_ASSIGN(const auto record, port_.container(name));
            if (!record || record->container != target) return false;
        }
        return true;
    }

    // To be at rest in somebody's hands says nothing of how it came there: that stands in the history.
    Result<bool> was_recorded(const ledger::Operation& operation, const ledger::ItemName& item) {
        const auto kind = ledger::info(operation).event;
        TRY_ASSIGN(const std::vector<ledger::Event> events, port_.events(item));
        return std::any_of(events.begin(), events.end(), [&](const ledger::Event& event) {
            return event.kind == kind && event.actor == order_.organisation;
        });
    }

    // Leaves out what an earlier capture did already. False: something else is refused, or nothing is there.
    Result<bool> drop_present(std::vector<ledger::Operation>& operations, const SubmitAnswer& answer) {
        if (answer.operation >= operations.size()) return false;
        ledger::Operation& operation = operations[answer.operation];
        const auto gone = operations.begin() + static_cast<std::ptrdiff_t>(answer.operation);
        const bool named = answer.operation < answer.refused.size() && !answer.refused[answer.operation].empty();
        if (!named) {
            TRY_ASSIGN(const bool inside, is_inside(operation, answer.refusal));
            if (!inside && !is_done(operation, answer.refusal, order_.organisation, nullptr)) return false;
            operations.erase(gone);
            return true;
        }
        std::set<std::size_t> present;
        for (const RefusedUnit& unit : answer.refused[answer.operation]) {
            TRY_ASSIGN(const bool there, is_present(operation, unit));
            if (!there) return false;
            present.insert(unit.index);
        }
        drop(ledger::containers_of(operation), drop(ledger::items_of(operation), 0, present), present);
        if (names_none(operation)) operations.erase(gone);
        return true;
    }

    void settle_error(EventResult& event, const Error& error) const {
        const bool refused = error.code == "correction_unknown";
        settle(event, refused ? EventState::kRefused : EventState::kUnsent, error.code, error.message);
    }
    void settle_applied(EventResult& event, const SubmitAnswer& answer) const {
        event.transaction = answer.id.hex();
        if (event.plan.kind == PlanKind::kKeep)
            return settle(event, answer.final ? EventState::kKept : EventState::kPending, event.plan.code,
                          event.plan.reason);
        settle(event, answer.final ? EventState::kAccepted : EventState::kPending);
    }
    static void settle_refused(EventResult& event, const std::vector<ledger::Operation>& operations,
                               const SubmitAnswer& answer) {
        const bool known = answer.operation < operations.size();
        settle(event, EventState::kRefused, answer.refusal,
               known ? fmt::format("{}: {}", ledger::info(operations[answer.operation]).command, answer.message) : answer.message);
    }

    void send_together(std::span<EventResult> events, std::vector<ledger::Operation>& operations,
                       std::vector<EventResult*>& owners) {
        std::set<EventResult*> sent;
        while (!operations.empty()) {
            const auto answer = port_.submit(operations);
            if (!answer.ok()) return fail_all(events, answer.error());
            if (answer->refusal.empty()) {
                for (EventResult* owner : owners) settle_applied(*owner, *answer), sent.insert(owner);
                break;
            }
            const std::size_t before = operations.size();
            const auto dropped = drop_present(operations, *answer);
            if (!dropped.ok()) return fail_all(events, dropped.error());
            if (!*dropped) {
                EventResult* const culprit = answer->operation < owners.size() ? owners[answer->operation] : nullptr;
                if (culprit != nullptr) settle_refused(*culprit, operations, *answer);
                return roll_back(events);
            }
            if (operations.size() < before)
                owners.erase(owners.begin() + static_cast<std::ptrdiff_t>(answer->operation));
        }
        for (EventResult& event : events)
            if (event.state == EventState::kPlanned && !sent.contains(&event)) settle(event, EventState::kAlreadyThere);
    }

    static void fail_all(std::span<EventResult> events, const Error& error) {
        for (EventResult& event : events)
            if (event.state == EventState::kPlanned) settle(event, EventState::kUnsent, error.code, error.message);
    }

  public:
    static void roll_back(std::span<EventResult> events) {
        for (EventResult& event : events)
            if (event.state == EventState::kPlanned)
                settle(event, EventState::kRefused, "rolled_back",
                       "not recorded, because another event of the capture was refused or is faulty");
    }

  private:
    CapturePort& port_;
    const CaptureOrder& order_;
};

}  // namespace

std::string_view name_of(EventState state) {
    switch (state) {
        case EventState::kPlanned:
            return "planned";
        case EventState::kAccepted:
            return "accepted";
        case EventState::kAlreadyThere:
            return "already_there";
        case EventState::kKept:
            return "kept";
        case EventState::kRefused:
            return "refused";
        case EventState::kMalformed:
            return "malformed";
        case EventState::kPending:
            return "pending";
        case EventState::kUnsent:
            return "unsent";
    }
    INVARIANT(false);
}

std::vector<EventResult> plan_events(std::span<const DocumentEvent> events, const CaptureContext& context) {
    std::vector<EventResult> made;
    std::set<Hash256> seen;
    for (const DocumentEvent& event : events) {
        EventResult result;
        result.plan = plan_event(event, context);
        result.code = result.plan.code;
        result.message = result.plan.reason;
        if (result.plan.kind == PlanKind::kMalformed) result.state = EventState::kMalformed;
        if (result.plan.kind == PlanKind::kRefused) result.state = EventState::kRefused;
        // An error declaration has the hash of the event that it is about.
        const bool own = result.state == EventState::kPlanned && result.plan.kind != PlanKind::kCorrection;
        if (own && !seen.insert(result.plan.hash).second)
            settle(result, EventState::kAlreadyThere, "same_event", "the same event stands in this capture before");
        made.push_back(std::move(result));
    }
    return made;
}

void capture_events(std::span<EventResult> events, const CaptureOrder& order, CapturePort& port) {
    Session session(port, order);
    if (order.behaviour == Behaviour::kRollback) {
        const bool faulty = std::any_of(events.begin(), events.end(), [](const EventResult& event) {
            return event.state == EventState::kMalformed || event.state == EventState::kRefused;
        });
        return faulty ? Session::roll_back(events) : session.together(events);
    }
    std::size_t done = 0;
    for (EventResult& event : events) {
        if (event.state == EventState::kPlanned) session.proceed(event);
        if (order.progress) order.progress(++done);
    }
}

}  // namespace touchstone::epcis
