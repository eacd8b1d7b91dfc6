#include "rpc/transaction_view.h"

#include <algorithm>
#include <optional>

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

// Those of the units, whose first has the place `first` in the operation, that were not refused and are shown. Units, runs
// and refusals are all in the order of their places.
template <class Name>
ledger::Units<Name> told_units(const ledger::Units<Name>& units, std::size_t first,
                               const ledger::OperationOutcome& outcome, const ShownOperation& shown) {
    auto run = shown.units.begin();
    auto refused = outcome.refused.begin();
    ledger::Units<Name> told;
    std::size_t place = first;
    for (const Name& name : units.names()) {
        while (run != shown.units.end() && run->end() <= place) ++run;
        while (refused != outcome.refused.end() && refused->index < place) ++refused;
        const bool is_shown = shown.whole || (run != shown.units.end() && run->first <= place);
        const bool is_refused = refused != outcome.refused.end() && refused->index == place;
        if (is_shown && !is_refused) told.add(name);
        ++place;
    }
    return told;
}

template <class Name>
void write_told(JsonWriter& out, const ledger::Units<Name>* units, std::size_t first,
                const ledger::OperationOutcome& outcome, const ShownOperation& shown) {
    if (units == nullptr) {
        out.begin_array().end_array();
        return;
    }
    if (outcome.refused.empty() && shown.whole) return write_units(out, *units);
    write_units(out, told_units(*units, first, outcome, shown));
}

std::size_t unit_count(const ledger::Operation& operation) {
    const ledger::Items* const items = ledger::items_of(operation);
    const ledger::Containers* const containers = ledger::containers_of(operation);
    return (items != nullptr ? items->size() : 0) + (containers != nullptr ? containers->size() : 0);
}

std::size_t shown_units(const ShownOperation& shown) {
    std::size_t count = 0;
    for (const ledger::UnitRun& run : shown.units) count += run.count;
    return count;
}

// Whether there are units of others in it.
bool leaves_out(const ledger::Operation& operation, const ShownOperation& shown) {
    return !shown.whole && shown_units(shown) < unit_count(operation);
}

// As if its sender had named these units alone.
ledger::Operation with_units_of(const ledger::Operation& operation, const ShownOperation& shown) {
    ledger::Operation own = operation;
    const ledger::Items* const items = ledger::items_of(operation);
    const ledger::Containers* const containers = ledger::containers_of(operation);
    if (items != nullptr) *ledger::items_of(own) = told_units(*items, 0, {}, shown);
    if (containers != nullptr)
        *ledger::containers_of(own) = told_units(*containers, items != nullptr ? items->size() : 0, {}, shown);
    return own;
}

// The operation, or what is shown of it; `kept` holds that.
const ledger::Operation& shown_part(const ledger::Operation& operation, const ShownOperation& shown,
                                    std::optional<ledger::Operation>& kept) {
    return shown.whole ? operation : kept.emplace(with_units_of(operation, shown));
}

void write_event(JsonWriter& out, const ledger::Operation& operation, const ledger::OperationOutcome& outcome,
                 const ShownOperation& shown) {
    std::optional<ledger::Operation> kept;
    const ledger::Operation& part = shown_part(operation, shown, kept);
    const Gist gist = gist_of(part);
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
    gist.item != nullptr ? write_units(out, ledger::Items{*gist.item}) : write_told(out, items, 0, outcome, shown);
    out.key("containers");
    write_told(out, ledger::containers_of(operation), items != nullptr ? items->size() : 0, outcome, shown);
    out.field("left_out", leaves_out(operation, shown)).key("fields");
    shown.whole ? write_short_fields(out, operation) : write_own_short_fields(out, part);
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

// nullopt: nothing of it. `outcome`: null where the operation was not reached.
std::optional<ShownOperation> shown_operation(const Caller& caller, const ledger::ParsedTransaction& transaction,
                                              std::size_t place, const ledger::OperationOutcome* outcome) {
    if (caller.sees(transaction.info().organisation)) return ShownOperation{place};
    if (!caller.known()) return std::nullopt;
    if (ledger::concerns(transaction.operations()[place], caller.organisation)) return ShownOperation{place};
    const auto* const concern = outcome != nullptr ? outcome->concern_of(caller.organisation) : nullptr;
    if (concern == nullptr) return std::nullopt;
    return ShownOperation{place, false, concern->units};
}

}  // namespace

Shown shown_to(const Caller& caller, const ledger::ParsedTransaction& transaction,
               const ledger::TransactionOutcome& outcome) {
    Shown shown;
    const std::size_t count = transaction.operations().size();
    shown.all = true;
    for (std::size_t i = 0; i < count; ++i) {
        const auto* const one = i < outcome.operations.size() ? &outcome.operations[i] : nullptr;
        auto part = shown_operation(caller, transaction, i, one);
        shown.all = shown.all && part && part->whole;
        if (part) shown.operations.push_back(*std::move(part));
    }
    return shown;
}

Shown everything_of(const ledger::ParsedTransaction& transaction) {
    Shown shown;
    shown.all = true;
    for (std::size_t i = 0; i < transaction.operations().size(); ++i) shown.operations.push_back({i});
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
    for (const ShownOperation& one : shown.operations)
        out.string(ledger::info(transaction.operations()[one.place]).name);
    out.end_array().end_object();
}

void write_operations(JsonWriter& out, const ledger::ParsedTransaction& transaction, const Shown& shown) {
    out.begin_array();
    for (const ShownOperation& one : shown.operations) {
        const ledger::Operation& operation = transaction.operations()[one.place];
        if (one.whole)
            write_operation(out, operation);
        else
            write_own_operation(out, with_units_of(operation, one), leaves_out(operation, one) ? LeftOut::kUnitsOfOthers : LeftOut::kNothing);
    }
    out.end_array();
}

void write_outcome(JsonWriter& out, const ledger::TransactionOutcome& outcome,
                   const ledger::ParsedTransaction& transaction, const Shown& shown) {
    const std::vector<ledger::Operation>& operations = transaction.operations();
    out.field("applied", outcome.applied());
    write_refusal(out, outcome);
    out.key("operations").begin_array();
    for (const ShownOperation& one : shown.operations) {
        if (one.place >= outcome.operations.size()) break;  // those behind the one that was refused
        const ledger::OperationOutcome& result = outcome.operations[one.place];
        out.begin_object().field("accepted", one.whole ? result.accepted : shown_units(one));
        out.key("refused").begin_array();
        // What was refused is nobody's yet: it is for who sent it, and whom it names.
        for (const ledger::ItemOutcome& unit : one.whole ? result.refused : std::vector<ledger::ItemOutcome>{}) {
            out.begin_object().field("index", unit.index);
            write_unit_name(out, operations[one.place], unit.index);
            out.field("code", ledger::info(unit.refusal).code).end_object();
        }
        out.end_array();
        if (one.whole) write_unnamed(out, result.unnamed);
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
        if (!kind) continue;
        auto shown = shown_operation(caller, transaction, i, &outcome.operations[i]);
        if (is_for_all(*kind) && caller.known()) shown = ShownOperation{i};
        if (!shown) continue;
        ++told;
        out.begin_object().field("kind", ledger::name_of(*kind));
        out.field_hex("transaction", transaction.info().id.view()).field("operation", i);
        out.field("actor", transaction.info().organisation);
        write_event(out, operation, outcome.operations[i], *shown);
        out.end_object();
    }
    return told;
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
