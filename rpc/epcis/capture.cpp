#include "rpc/epcis/capture.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/overloaded.h"
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

// The lists of keys that an operation's refused units count through.
struct Keys {
    std::vector<Hash256>* items = nullptr;
    std::vector<Hash256>* containers = nullptr;
};
template <class Operation>
Keys keys_of_one(Operation& operation) {
    Keys keys;
    if constexpr (requires { operation.items; }) keys.items = &operation.items;
    if constexpr (requires { operation.containers; }) keys.containers = &operation.containers;
    return keys;
}
Keys keys_of(ledger::Operation& operation) {
    return std::visit([](auto& one) { return keys_of_one(one); }, operation);
}

// Refusals that say by themselves that the operation's effect is there.
bool says_already(const ledger::Operation& operation, const std::string& code) {
    return std::visit(Overloaded{[&](const op::Register&) { return code == "item_exists"; },
                                 [&](const op::Flag&) { return code == "flag_present"; },
                                 [&](const op::ClearFlag&) { return code == "flag_absent"; },
                                 [&](const op::Recall&) { return code == "recall_active"; },
                                 [&](const op::LiftRecall&) { return code == "recall_absent"; },
                                 [&](const op::Correct&) { return code == "corrected_already"; },
                                 [&](const op::RecordDocument&) { return code == "document_recorded"; },
                                 [](const auto&) { return false; }},
                      operation);
}

// Whether the item or container is as the operation would leave it.
template <class Record>
bool is_as_wanted(const ledger::Operation& operation, const Record& record, const std::string& self) {
    using ledger::ItemState;
    const bool at_rest = record.state == ItemState::kActive && record.custodian == self;
    return std::visit(
        Overloaded{[&](const op::Ship& o) {
                       return record.state == ItemState::kInTransit && record.custodian == self &&
                              record.receiver == o.to;
                   },
                   [&](const op::Sell&) { return record.state == ItemState::kSold && record.custodian == self; },
                   [&](const op::Receive&) { return at_rest; }, [&](const op::CancelShipment&) { return at_rest; },
                   [&](const op::Return&) { return at_rest; }, [&](const op::CancelSale&) { return at_rest; },
                   [&](const op::Unpack&) { return at_rest; },
                   [&](const op::Pack& o) { return record.container == o.container; },
                   [&](const op::Decommission& o) { return record.state == o.into; },
                   [&](const auto& o) {
                       if constexpr (std::is_same_v<Record, ledger::ItemRecord>) {
                           using Operation = std::decay_t<decltype(o)>;
                           if constexpr (std::is_same_v<Operation, op::TransferOwnership>)
                               return record.owner == o.to || (record.owner == self && record.offered_to == o.to);
                           if constexpr (std::is_same_v<Operation, op::AcceptOwnership>) return record.owner == self;
                       }
                       return false;
                   }},
        operation);
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
        for (const Hash256& item : plan.items) {
            TRY_ASSIGN(const std::vector<ledger::Event> events, port_.events(item));
            const auto wrong = wrong_event(events, plan.corrected);
            if (!wrong)
                return Error{"correction_unknown",
                             fmt::format("no event '{}' of {} that is not corrected stands in the history of item {}: "
                                         "capture the event itself first",
                                         ledger::name_of(plan.corrected), order_.organisation, item.hex())};
            op::Correct correct{item, *wrong, {}, {}, plan.correction_reason};
            for (const ledger::Event& event : events) {
                if (event.sequence < *wrong)
                    correct.head_before = ledger::next_event_head(correct.head_before, item, event.encode());
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

    Result<bool> is_present(const ledger::Operation& operation, const RefusedUnit& unit, const Keys& keys) {
        if (says_already(operation, unit.code)) return true;
        const std::size_t items = keys.items != nullptr ? keys.items->size() : 0;
        if (unit.index < items) {
            TRY_ASSIGN(const auto record, port_.item((*keys.items)[unit.index]));
            if (!record || !is_as_wanted(operation, *record, order_.organisation)) return false;
            return was_recorded(operation, (*keys.items)[unit.index]);
        }
        if (keys.containers == nullptr || unit.index - items >= keys.containers->size()) return false;
        TRY_ASSIGN(const auto record, port_.container((*keys.containers)[unit.index - items]));
        return record && is_as_wanted(operation, *record, order_.organisation);
    }

    // A container that was packed and has left since: all that was to be packed is in it.
    Result<bool> is_inside(const ledger::Operation& operation, const std::string& code) {
        const auto* const pack = std::get_if<op::Pack>(&operation);
        if (pack == nullptr || (code != "container_moving" && code != "not_custodian")) return false;
        for (const Hash256& key : pack->items) {
            TRY_ASSIGN(const auto record, port_.item(key));
            if (!record || record->container != pack->container) return false;
        }
        for (const Hash256& key : pack->containers) {
            TRY_ASSIGN(const auto record, port_.container(key));
            if (!record || record->container != pack->container) return false;
        }
        return true;
    }

    // To be at rest in somebody's hands says nothing of how it came there: that stands in the history.
    Result<bool> was_recorded(const ledger::Operation& operation, const Hash256& item) {
        const auto kind = std::visit(
            Overloaded{[](const op::Receive&) { return std::optional(ledger::EventKind::kReceived); },
                       [](const op::CancelShipment&) { return std::optional(ledger::EventKind::kShipmentCancelled); },
                       [](const op::Return&) { return std::optional(ledger::EventKind::kReturned); },
                       [](const op::CancelSale&) { return std::optional(ledger::EventKind::kSaleCancelled); },
                       [](const op::Unpack&) { return std::optional(ledger::EventKind::kUnpacked); },
                       [](const auto&) { return std::optional<ledger::EventKind>(); }},
            operation);
        if (!kind) return true;
        TRY_ASSIGN(const std::vector<ledger::Event> events, port_.events(item));
        return std::any_of(events.begin(), events.end(), [&](const ledger::Event& event) {
            return event.kind == *kind && event.actor == order_.organisation;
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
            if (!inside && !says_already(operation, answer.refusal)) return false;
            operations.erase(gone);
            return true;
        }
        const Keys keys = keys_of(operation);
        const std::vector<RefusedUnit>& refused = answer.refused[answer.operation];
        for (const RefusedUnit& unit : refused) {
            TRY_ASSIGN(const bool present, is_present(operation, unit, keys));
            if (!present) return false;
        }
        const std::size_t items = keys.items != nullptr ? keys.items->size() : 0;
        for (auto unit = refused.rbegin(); unit != refused.rend(); ++unit) {
            std::vector<Hash256>& list = unit->index < items ? *keys.items : *keys.containers;
            list.erase(list.begin() +
                       static_cast<std::ptrdiff_t>(unit->index < items ? unit->index : unit->index - items));
        }
        const bool empty =
            (keys.items == nullptr || keys.items->empty()) && (keys.containers == nullptr || keys.containers->empty());
        if (empty) operations.erase(gone);
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
               known ? fmt::format("{}: {}", name_of(operations[answer.operation]), answer.message) : answer.message);
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
