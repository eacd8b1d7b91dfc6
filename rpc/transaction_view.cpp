#include "rpc/transaction_view.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "ledger/schema/parsed.h"
#include "rpc/operation_json.h"
#include "rpc/record_json.h"

namespace touchstone::rpc {
namespace {

// Of each form of field the first that is set.
struct Gist {
    std::string_view other, detail, gtin, lot;
    Hash256 reference;
    const ledger::ItemName* item = nullptr;
    const ledger::ContainerName* container = nullptr;

    void operator()(const ledger::field::Organisation&, const std::string& text) { set(other, text); }
    void operator()(const ledger::field::Text&, const std::string& text) { set(detail, text); }
    void operator()(const ledger::field::Gtin&, const std::string& text) { set(gtin, text); }
    void operator()(const ledger::field::Lot&, const std::string& text) { set(lot, text); }
    void operator()(const ledger::field::Digest&, const Hash256& digest) {
        if (reference.is_zero()) reference = digest;
    }
    void operator()(const ledger::field::OneItem&, const ledger::ItemName& name) { item = &name; }
    void operator()(const ledger::field::OneContainer&, const ledger::ContainerName& name) { container = &name; }
    template <class Tag, class Value>
    void operator()(const Tag&, const Value&) {}

  private:
    static void set(std::string_view& slot, const std::string& text) {
        if (slot.empty()) slot = text;
    }
};

Gist gist_of(const ledger::Operation& operation) {
    Gist gist;
    std::visit([&](const auto& one) { std::remove_cvref_t<decltype(one)>::fields(one, gist); }, operation);
    const ledger::Items* const items = ledger::items_of(operation);
    if (gist.gtin.empty() && items != nullptr && items->groups().size() == 1) gist.gtin = items->groups().front().of;
    return gist;
}

// Those that were not refused, of the units whose first has the place `first` in the operation.
template <class Name>
void write_accepted(JsonWriter& out, const ledger::Units<Name>* units, std::size_t first,
                    const ledger::OperationOutcome& outcome) {
    if (units == nullptr) {
        out.begin_array().end_array();
        return;
    }
    if (outcome.refused.empty()) return write_units(out, *units);
    std::set<std::size_t> refused;
    for (const ledger::ItemOutcome& one : outcome.refused) refused.insert(one.index);
    ledger::Units<Name> accepted;
    const std::vector<Name> names = units->names();
    for (std::size_t i = 0; i < names.size(); ++i)
        if (!refused.contains(first + i)) accepted.add(names[i]);
    write_units(out, accepted);
}

void write_event(JsonWriter& out, const ledger::Operation& operation, const ledger::OperationOutcome& outcome) {
    const Gist gist = gist_of(operation);
    write_text_or_null(out, "other", gist.other);
    write_text_or_null(out, "detail", gist.detail);
    write_text_or_null(out, "gtin", gist.item != nullptr ? gist.item->gtin : gist.gtin);
    write_text_or_null(out, "lot", gist.lot);
    // What an operation says of one item beside its name is for who reads that item's history.
    write_hash_or_null(out, "reference", gist.item != nullptr ? Hash256{} : gist.reference);
    out.key("container");
    gist.container != nullptr ? write_name(out, *gist.container) : void(out.null());
    const ledger::Items* const items = ledger::items_of(operation);
    out.key("items");
    gist.item != nullptr ? write_units(out, ledger::Items{*gist.item}) : write_accepted(out, items, 0, outcome);
    out.key("containers");
    write_accepted(out, ledger::containers_of(operation), items != nullptr ? items->size() : 0, outcome);
    out.key("fields");
    write_short_fields(out, operation);
}

void write_refusal(JsonWriter& out, const ledger::TransactionOutcome& outcome) {
    out.key("refusal");
    if (outcome.applied()) {
        out.null();
        return;
    }
    const ledger::RefusalInfo& known = ledger::info(outcome.refusal);
    out.begin_object().field("code", known.code).field("meaning", known.meaning).field("remedy", known.remedy);
    out.field("operation", outcome.operation).field("detail", outcome.detail).end_object();
}

// As the sender named it; a place past its units: nothing is known of it.
void write_unit_name(JsonWriter& out, const ledger::Operation& operation, std::size_t index) {
    const ledger::Items* const items = ledger::items_of(operation);
    const ledger::Containers* const containers = ledger::containers_of(operation);
    const std::size_t count = items != nullptr ? items->size() : 0;
    if (index < count) {
        const ledger::ItemName name = items->at(index);
        out.field("gtin", name.gtin).field_hex("commitment", name.commitment.view());
    } else if (containers != nullptr && index - count < containers->size()) {
        const ledger::ContainerName name = containers->at(index - count);
        out.field("maker", name.maker).field_hex("commitment", name.commitment.view());
    } else {
        out.key("commitment").null();
    }
}

// Those beyond the first that are named: how many, by their reason.
void write_unnamed(JsonWriter& out, const std::vector<ledger::RefusalCount>& unnamed) {
    if (unnamed.empty()) return;
    out.key("also_refused").begin_array();
    for (const ledger::RefusalCount& some : unnamed)
        out.begin_object().field("code", ledger::info(some.refusal).code).field("items", some.items).end_object();
    out.end_array();
}

// Whoever has the goods, sells or lists them must know, and at once.
bool is_for_all(ledger::EventKind kind) {
    using ledger::EventKind;
    return kind == EventKind::kRecalled || kind == EventKind::kRecallLifted || kind == EventKind::kFlagged ||
           kind == EventKind::kFlagCleared;
}

bool is_told(const Caller& caller, const ledger::ParsedTransaction& transaction, const ledger::Operation& operation,
             const ledger::OperationOutcome& outcome) {
    if (caller.sees(transaction.info().organisation)) return true;
    if (!caller.known()) return false;
    const auto kind = ledger::info(operation).event;
    return (kind && is_for_all(*kind)) || ledger::concerns(operation, caller.organisation) ||
           std::binary_search(outcome.concerned.begin(), outcome.concerned.end(), caller.organisation);
}

}  // namespace

Shown shown_to(const Caller& caller, const ledger::ParsedTransaction& transaction) {
    Shown shown;
    const auto& operations = transaction.operations();
    const bool own = caller.sees(transaction.info().organisation);
    for (std::size_t i = 0; i < operations.size(); ++i)
        if (own || (caller.known() && ledger::concerns(operations[i], caller.organisation))) shown.operations.push_back(i);
    shown.all = own || shown.operations.size() == operations.size();
    return shown;
}

Shown everything_of(const ledger::ParsedTransaction& transaction) {
    Shown shown{std::vector<std::size_t>(transaction.operations().size()), true};
    std::iota(shown.operations.begin(), shown.operations.end(), std::size_t{0});
    return shown;
}

void write_summary(JsonWriter& out, const ledger::ParsedTransaction& transaction, const Shown& shown) {
    const ledger::ParsedInfo& known = transaction.info();
    out.begin_object().field_hex("id", known.id.view()).field("organisation", known.organisation);
    out.field_hex("key", known.key.view()).field("valid_until", known.valid_until);
    for (const auto& [name, number] : {std::pair{"size_bytes", known.size_bytes}, std::pair{"items", known.items}}) {
        out.key(name);
        shown.all ? void(out.number(std::uint64_t{number})) : void(out.null());
    }
    out.key("operations").begin_array();
    for (const std::size_t place : shown.operations) out.string(ledger::info(transaction.operations()[place]).name);
    out.end_array().end_object();
}

void write_operations(JsonWriter& out, const ledger::ParsedTransaction& transaction, const Shown& shown) {
    out.begin_array();
    for (const std::size_t place : shown.operations) write_operation(out, transaction.operations()[place]);
    out.end_array();
}

void write_outcome(JsonWriter& out, const ledger::TransactionOutcome& outcome,
                   const ledger::ParsedTransaction& transaction, const Shown& shown) {
    const std::vector<ledger::Operation>& operations = transaction.operations();
    out.field("applied", outcome.applied());
    write_refusal(out, outcome);
    out.key("operations").begin_array();
    for (const std::size_t i : shown.operations) {
        if (i >= outcome.operations.size()) break;  // those behind the one that was refused
        out.begin_object().field("accepted", outcome.operations[i].accepted).key("refused").begin_array();
        for (const ledger::ItemOutcome& unit : outcome.operations[i].refused) {
            out.begin_object().field("index", unit.index);
            write_unit_name(out, operations[i], unit.index);
            out.field("code", ledger::info(unit.refusal).code).end_object();
        }
        out.end_array();
        write_unnamed(out, outcome.operations[i].unnamed);
        out.end_object();
    }
    out.end_array();
}

std::string_view name_of(Told told) { return told == Told::kAll ? "all" : "concerned"; }

Told told_to(const Caller& caller) { return caller.oversees() ? Told::kAll : Told::kConcerned; }

std::size_t write_operation_events(JsonWriter& out, const ledger::ParsedTransaction& transaction,
                                   const ledger::TransactionOutcome& outcome, const Caller& caller) {
    if (!outcome.applied()) return 0;
    std::size_t told = 0;
    for (std::size_t i = 0; i < transaction.operations().size() && i < outcome.operations.size(); ++i) {
        const ledger::Operation& operation = transaction.operations()[i];
        const auto kind = ledger::info(operation).event;
        if (!kind || !is_told(caller, transaction, operation, outcome.operations[i])) continue;
        ++told;
        out.begin_object().field("kind", ledger::name_of(*kind));
        out.field_hex("transaction", transaction.info().id.view()).field("operation", i);
        out.field("actor", transaction.info().organisation);
        write_event(out, operation, outcome.operations[i]);
        out.end_object();
    }
    return told;
}

bool may_see(const Caller& caller, const ledger::ParsedTransaction& transaction) {
    if (caller.sees(transaction.info().organisation)) return true;
    if (!caller.known()) return false;
    const auto& operations = transaction.operations();
    return std::any_of(operations.begin(), operations.end(), [&](const ledger::Operation& operation) {
        return ledger::concerns(operation, caller.organisation);
    });
}

namespace {

// What is in a block fitted it: by the parameters of its time, which may not hold any more.
ledger::Parameters widest_parameters() {
    ledger::Parameters parameters;
    parameters.transaction_bytes_max = parameters.operations_max = INT32_MAX;
    parameters.items_per_register_max = parameters.block_items_max = INT32_MAX;
    return parameters;
}

}  // namespace

ledger::ParsedTransactionPtr parse_stored(const ledger::SignedTransactionPtr& transaction) {
    auto parsed = ledger::parse(transaction, widest_parameters());
    return parsed.ok() ? *std::move(parsed) : nullptr;
}

}  // namespace touchstone::rpc
