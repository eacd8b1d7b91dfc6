#include "ledger/schema/operations.h"

namespace touchstone::ledger {
namespace {

// The members named `items` and `containers`: units that are only mentioned have other names.
template <class Type, class Op>
auto units_in(Op& operation) -> std::conditional_t<std::is_const_v<Op>, const Type*, Type*> {
    std::conditional_t<std::is_const_v<Op>, const Type*, Type*> found = nullptr;
    std::remove_const_t<Op>::fields(operation, [&](const auto& tag, auto& value) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, Type>) {
            if (found == nullptr && (tag.name == "items" || tag.name == "containers")) found = &value;
        }
    });
    return found;
}

}  // namespace

const Items* items_of(const Operation& operation) {
    return std::visit([](const auto& one) { return units_in<Items>(one); }, operation);
}
Items* items_of(Operation& operation) {
    return std::visit([](auto& one) { return units_in<Items>(one); }, operation);
}
const Containers* containers_of(const Operation& operation) {
    return std::visit([](const auto& one) { return units_in<Containers>(one); }, operation);
}
Containers* containers_of(Operation& operation) {
    return std::visit([](auto& one) { return units_in<Containers>(one); }, operation);
}

bool concerns(const Operation& operation, std::string_view organisation) {
    bool named = false;
    std::visit(
        [&](const auto& one) {
            std::remove_cvref_t<decltype(one)>::fields(one, [&](const auto& tag, const auto& value) {
                if constexpr (std::is_same_v<std::remove_cvref_t<decltype(tag)>, field::Organisation>) {
                    if (tag.party == field::Party::kConcerned && value == organisation) named = true;
                }
            });
        },
        operation);
    return named;
}

bool creates_units(const Operation& operation) {
    return std::holds_alternative<op::Register>(operation) || std::holds_alternative<op::Pack>(operation);
}

bool is_all_or_nothing(const Operation& operation) {
    const auto* const registration = std::get_if<op::Register>(&operation);
    if (registration != nullptr) return registration->mode == RegisterMode::kAtomic;
    return !std::holds_alternative<op::RecordDocument>(operation);
}

bool is_done(const Operation& operation, Refusal refusal, std::string_view actor, const UnitFacts* unit) {
    return std::visit(
        [&](const auto& one) {
            const auto& refusals = one.kInfo.done_refusals;
            if (refusal == Refusal::kNone || std::find(refusals.begin(), refusals.end(), refusal) == refusals.end())
                return false;
            if constexpr (requires { one.is_done(*unit, actor); }) {
                static_assert(std::remove_cvref_t<decltype(one)>::kInfo.repeat == Repeat::kCompared);
                return unit != nullptr && one.is_done(*unit, actor);
            } else {
                static_assert(std::remove_cvref_t<decltype(one)>::kInfo.repeat != Repeat::kCompared);
                return true;
            }
        },
        operation);
}

}  // namespace touchstone::ledger
