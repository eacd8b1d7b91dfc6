#include "tests/ledger/generate_docs_operations.h"

#include <fmt/format.h>

#include "ledger/schema/operations.h"

namespace {

using namespace touchstone::ledger;

std::string required(field::Need need) { return need == field::Need::kRequired ? "yes" : ""; }

template <class Enum>
std::string choices() {
    std::string text;
    for (const std::string& one : touchstone::enum_texts<Enum>()) text += (text.empty() ? "" : ", ") + one;
    return text;
}

// A row for each field: how it is called, what it is in form, whether it must be there, and what it means.
class Rows {
  public:
    void operator()(const field::Gtin& tag, const std::string&) { add(tag, "GTIN-14", required(tag.need)); }
    void operator()(const field::Text& tag, const std::string&) {
        add(tag, fmt::format("text, up to {} bytes", tag.bytes_max), required(tag.need));
    }
    void operator()(const field::Organisation& tag, const std::string&) {
        add(tag, "organisation", required(tag.need));
    }
    void operator()(const field::Organisations& tag, const std::vector<std::string>&) {
        add(tag, fmt::format("organisations, up to {}", tag.most), "");
    }
    void operator()(const field::Digest& tag, const touchstone::Hash256&) {
        add(tag, tag.given == field::Given::kFile ? "SHA-256 of a file" : "32 bytes", required(tag.need));
    }
    void operator()(const field::Digests& tag, const std::vector<touchstone::Hash256>&) {
        add(tag, fmt::format("SHA-256 of files, up to {}", tag.most), "");
    }
    void operator()(const field::Date& tag, const Day&) { add(tag, "day", ""); }
    template <class Value>
    void operator()(const field::Number& tag, const Value&) {
        add(tag, "number", "");
    }
    void operator()(const field::Yes& tag, const bool&) { add(tag, "yes or no", ""); }
    void operator()(const field::Lot& tag, const std::string&) { add(tag, "lot, up to 20 GS1 characters", ""); }
    void operator()(const field::Gln& tag, const std::string&) { add(tag, "GLN", ""); }
    void operator()(const field::Country& tag, const std::string&) { add(tag, "country", required(tag.need)); }
    void operator()(const field::Countries& tag, const std::vector<std::string>&) { add(tag, "countries", ""); }
    template <class Enum>
    void operator()(const field::Choice& tag, const Enum&) {
        add(tag, choices<Enum>(), "yes");
    }
    void operator()(const field::ItemUnits& tag, const Items&) { add(tag, "items", ""); }
    void operator()(const field::ContainerUnits& tag, const Containers&) { add(tag, "containers", ""); }
    void operator()(const field::OneItem& tag, const ItemName&) { add(tag, "an item", required(tag.need)); }
    void operator()(const field::OneContainer& tag, const ContainerName&) { add(tag, "a container", "yes"); }
    void operator()(const field::Key& tag, const touchstone::crypto::PublicKey&) { add(tag, "public key", "yes"); }
    void operator()(const field::Key& tag, const std::optional<touchstone::crypto::PublicKey>&) {
        add(tag, "public key", "");
    }
    void operator()(const field::Signature& tag, const touchstone::crypto::Signature&) { add(tag, "signature", "yes"); }
    void operator()(const field::Events& tag, const std::vector<touchstone::Bytes>&) {
        add(tag, fmt::format("events, up to {}", tag.most), "");
    }
    void operator()(const field::Prefixes& tag, const std::vector<std::string>&) {
        add(tag, "GS1 company prefixes", "");
    }
    template <class Type>
    void operator()(const field::Part& tag, const Type& part) {
        add(tag, "with the fields:", "yes");
        add_inner(std::string(tag.name), part);
    }
    template <class Type>
    void operator()(const field::Parts& tag, const std::vector<Type>&) {
        add(tag, fmt::format("up to {}, each with the fields:", tag.most), "");
        add_inner(std::string(tag.name), Type{});
    }
    template <class... Types>
    void operator()(const field::OneOf& tag, const std::variant<Types...>&) {
        add(tag, "one of the following", "yes");
        (add_choice<Types>(), ...);
    }

    std::string text;

  private:
    void add(const field::Field& tag, std::string_view form, std::string_view needed) {
        text += fmt::format("| `{}{}` | {} | {} | {} |\n", within_, tag.name, form, needed, tag.help);
    }
    template <class Type>
    void add_inner(const std::string& name, const Type& part) {
        const std::string before = std::exchange(within_, within_ + name + ".");
        FieldsOf<Type>::visit(part, *this);
        within_ = before;
    }
    template <class Type>
    void add_choice() {
        text += fmt::format("| `{}` | a change: | | |\n", Type::kName);
        add_inner(std::string(Type::kName), Type{});
    }

    std::string within_;
};

std::string naming(Naming naming) {
    switch (naming) {
        case Naming::kNothing:
            return "no goods that it must name";
        case Naming::kItems:
            return "items";
        case Naming::kItemsOrContainers:
            return "items, containers or both";
    }
    return {};
}

std::string repeats(const OperationInfo& one) {
    if (one.repeat == Repeat::kNever) return "another deed";
    std::string codes;
    for (const Refusal refusal : one.done_refusals)
        if (refusal != Refusal::kNone) codes += fmt::format("{}`{}`", codes.empty() ? "" : ", ", info(refusal).code);
    const bool compared = one.repeat == Repeat::kCompared;
    return fmt::format("refused with {}{}", codes, compared ? ", where the goods are as it would leave them" : "");
}

template <class Op>
std::string section() {
    const OperationInfo& one = Op::kInfo;
    std::string text = fmt::format("\n## {}\n\n{}.\n\n", one.name, one.summary);
    if (!one.command.empty()) text += fmt::format("```\ntouchstone {} {}\n```\n\n", one.command, one.example);
    text += fmt::format("- who may: {}\n- names: {}\n- event: {}\n- once more: {}\n", one.who, naming(one.naming),
                        one.event ? fmt::format("`{}`", name_of(*one.event)) : std::string("none; other records tell"),
                        repeats(one));
    Rows rows;
    const Op operation{};
    Op::fields(operation, rows);
    return text + "\n| field | form | needed | |\n|---|---|---|---|\n" + rows.text;
}

}  // namespace

std::string operations_reference() {
    std::string text =
        "# Operations\n\n"
        "Generated from `ledger/schema/*_operations.h` by `generate_docs`; do not edit. What each is called, who may send "
        "it, what\n"
        "it carries, what it leaves in the histories of its goods, and how one sees that it was done before. Why one is "
        "refused:\n"
        "[errors.md](errors.md); in which states of an item: [transitions.md](transitions.md). A field that is not needed "
        "by the\n"
        "ledger may still be asked for by the command line.\n";
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((text += section<std::variant_alternative_t<I, Operation>>()), ...);
    }(std::make_index_sequence<std::variant_size_v<Operation>>{});
    return text;
}
