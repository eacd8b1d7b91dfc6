#include "tools/cli/operation_form.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "ledger/identifiers/gs1.h"
#include "tools/client/country_arguments.h"
#include "tools/client/item_file.h"
#include "tools/client/single_operation.h"

namespace touchstone::tools {

namespace field = ledger::field;

namespace {

// The names of an enumeration that the operation takes: one that its own form refuses is none to offer.
template <class Operation, class Enum>
std::vector<std::string> choices_of(const Operation& empty, std::size_t place, Enum) {
    std::vector<std::string> names;
    for (const auto& [value, name] : kEnumNames<Enum>) {
        if (name == "none") continue;
        Operation tried = empty;
        std::size_t at = 0;
        Operation::fields(tried, [&](const auto&, auto& member) {
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, Enum>)
                if (at == place) member = value;
            ++at;
        });
        bool taken = true;
        if constexpr (ledger::HasFault<Operation>) taken = !empty.fault() ? !tried.fault() : true;
        if (taken) names.emplace_back(name);
    }
    return names;
}

template <class Tag>
constexpr bool is_list = std::is_same_v<Tag, field::Organisations> || std::is_same_v<Tag, field::Prefixes>;

// Adds the options of one operation's fields.
template <class Operation>
class Adder {
  public:
    Adder(CLI::App& sub, const Operation& empty) : sub_(sub), empty_(empty) {}

    template <class Tag, class Value, class Typed>
    void add(const Tag& tag, const Value& value, Typed& typed) {
        const std::size_t place = place_++;
        const std::string name = option_of(tag), help(tag.help);
        // What the command itself has an option for is its own business.
        if (sub_.get_option_no_throw(name.substr(name.rfind(',') + 1)) != nullptr) return;
        if constexpr (std::is_same_v<Tag, field::ItemUnits> || std::is_same_v<Tag, field::ContainerUnits>) {
            return;
        } else if constexpr (std::is_same_v<Tag, field::Yes>) {
            sub_.add_flag(name, typed.said, help);
        } else if constexpr (std::is_same_v<Tag, field::Countries>) {
            many(tag, typed, help + ", ISO 3166-1 alpha-2");
            if (!tag.none.empty()) sub_.add_flag(std::string(tag.none), typed.none, "No country more than another");
        } else if constexpr (std::is_same_v<Tag, field::Digests>) {
            many(tag, typed, help + ": a file; may be repeated");
        } else if constexpr (is_list<Tag>) {
            many(tag, typed, help + "; may be repeated");
        } else if constexpr (std::is_same_v<Tag, field::Choice>) {
            CLI::Option* const option = one(tag, typed, help);
            option->check(CLI::IsMember(choices_of(empty_, place, value)));
            if (tag.asked == field::Asked::kIfWanted) option->default_str(std::string(enum_name(value)));
        } else if constexpr (std::is_same_v<Tag, field::Date>) {
            one(tag, typed, help + ", YYYY-MM-DD");
        } else {
            one(tag, typed, help);
        }
    }

  private:
    template <class Tag>
    static bool needed(const Tag& tag) {
        if (tag.asked == field::Asked::kAlways) return true;
        if constexpr (std::is_same_v<Tag, field::Number> || std::is_same_v<Tag, field::OneContainer>)
            return std::is_same_v<Tag, field::OneContainer> || option_of(tag).front() != '-';
        if constexpr (requires { tag.need; }) return tag.need == field::Need::kRequired;
        return false;
    }
    template <class Tag, class Typed>
    CLI::Option* one(const Tag& tag, Typed& typed, const std::string& help) {
        CLI::Option* const option = sub_.add_option(option_of(tag), typed.texts, help);
        option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::Throw)->required(needed(tag));
        option->allow_extra_args(false);  // the next word is the next argument's
        option->default_str("");
        return option;
    }
    // By its place as many as are there; by its option one at a time, so that what follows is not taken for one more.
    template <class Tag, class Typed>
    void many(const Tag& tag, Typed& typed, const std::string& help) {
        const std::string name = option_of(tag);
        CLI::Option* const option = sub_.add_option(name, typed.texts, help);
        if (name.front() == '-') option->allow_extra_args(false);
        option->default_str("");
    }

    CLI::App& sub_;
    const Operation& empty_;
    std::size_t place_ = 0;
};

// The value of a field from its text. Where no overload fits, the command line can not say such a field, and the
// operation needs a command of its own.
struct Reading {
    const FormContext& context;
    std::string option;  // as people know it, for errors

    Status read(const field::Gtin&, const std::string& text, std::string& value) const {
        TRY_ASSIGN(value, ledger::to_gtin14(text));
        return Ok{};
    }
    Status read(const field::Date&, const std::string& text, ledger::Day& value) const {
        const auto day = parse_day(text);
        if (!day) return Error{"bad_date", fmt::format("{} '{}' is no date; write YYYY-MM-DD", option, text)};
        value = *day;
        return Ok{};
    }
    Status read(const field::Digest& tag, const std::string& text, Hash256& value) const {
        if (tag.given == field::Given::kFile) {
            TRY_ASSIGN(value, file_digest(text));
            return Ok{};
        }
        const auto digest = Hash256::from_hex(text);
        if (!digest) return Error{"bad_hash", fmt::format("{} '{}' is not 64 hexadecimal digits", option, text)};
        value = *digest;
        return Ok{};
    }
    Status read(const field::Country&, const std::string& text, std::string& value) const {
        TRY_ASSIGN(const std::vector<std::string> countries, countries_from({text}));
        value = countries.front();
        return Ok{};
    }
    Status read(const field::OneItem&, const std::string& text, ledger::ItemName& value) const {
        TRY_ASSIGN(const ItemLine item, item_named(text, {}));
        value = item.name;
        return Ok{};
    }
    Status read(const field::OneContainer&, const std::string& text, ledger::ContainerName& value) const {
        TRY_ASSIGN(value, context.container(text));
        return Ok{};
    }
    template <class Number>
        requires std::is_integral_v<Number>
    Status read(const field::Number&, const std::string& text, Number& value) const {
        const char* const end = text.data() + text.size();
        const auto [stopped, fault] = std::from_chars(text.data(), end, value);
        if (fault != std::errc{} || stopped != end)
            return Error{"usage", fmt::format("{} '{}' is no whole number", option, text)};
        return Ok{};
    }
    template <class Number>
    Status read(const field::Number& tag, const std::string& text, std::optional<Number>& value) const {
        return read(tag, text, value.emplace());
    }
    template <class Enum>
    Status read(const field::Choice&, const std::string& text, Enum& value) const {
        value = enum_from<Enum>(text).value_or(value);  // the names were checked when it was typed
        return Ok{};
    }
    // Texts, organisations, lots, GLNs: the ledger judges them.
    template <class Tag>
    Status read(const Tag&, const std::string& text, std::string& value) const {
        value = text;
        return Ok{};
    }
    template <class Tag, class Value>
    Status read(const Tag&, const std::string&, Value&) const {
        return Error{"usage", fmt::format("{} can not be said on the command line", option)};
    }
};

template <class Typed>
Status read_countries(const field::Countries& tag, const Typed& typed, std::vector<std::string>& value) {
    if (!tag.none.empty() && typed.texts.empty() != typed.none)
        return Error{"usage", fmt::format("name the countries, or say {} (not both)", tag.none)};
    TRY_ASSIGN(value, countries_from(typed.texts));
    return Ok{};
}

template <class Tag, class Typed, class Value>
Status read_field(const Tag& tag, const Typed& typed, const FormContext& context, Value& value) {
    if constexpr (std::is_same_v<Tag, field::ItemUnits> || std::is_same_v<Tag, field::ContainerUnits>) {
        return Ok{};
    } else if constexpr (std::is_same_v<Tag, field::Yes>) {
        value = typed.said;
        return Ok{};
    } else if constexpr (std::is_same_v<Tag, field::Countries>) {
        return read_countries(tag, typed, value);
    } else if constexpr (std::is_same_v<Tag, field::Digests>) {
        for (const std::string& path : typed.texts) {
            TRY_ASSIGN(const Hash256 digest, file_digest(path));
            value.push_back(digest);
        }
        return Ok{};
    } else if constexpr (is_list<Tag>) {
        value = typed.texts;
        return Ok{};
    } else {
        if (typed.texts.empty() || typed.texts[0].empty()) return Ok{};
        const std::string names = option_of(tag);
        return Reading{context, names.substr(names.rfind(',') + 1)}.read(tag, typed.texts[0], value);
    }
}

}  // namespace

std::string option_of(const field::Field& field) {
    if (!field.option.empty()) return std::string(field.option);
    std::string_view stem = field.name;
    for (const std::string_view ending : {"_day", "_hash"})
        if (stem.ends_with(ending)) stem.remove_suffix(ending.size());
    std::string option = "--";
    for (const char c : stem) option += c == '_' ? '-' : c;
    return option;
}

OperationForm::OperationForm(CLI::App& sub, ledger::Operation empty) : empty_(std::move(empty)) {
    std::visit(
        [&](const auto& one) {
            using Operation = std::remove_cvref_t<decltype(one)>;
            Adder<Operation> adder(sub, one);
            Operation::fields(
                one, [&](const auto& tag, const auto& value) { adder.add(tag, value, typed_.emplace_back()); });
        },
        empty_);
}

Result<ledger::Operation> OperationForm::filled(const FormContext& context) const {
    ledger::Operation made = empty_;
    Status status = Ok{};
    std::visit(
        [&](auto& one) {
            auto typed = typed_.begin();
            std::remove_cvref_t<decltype(one)>::fields(one, [&](const auto& tag, auto& value) {
                const Typed& said = *typed++;
                if (status.ok()) status = read_field(tag, said, context, value);
            });
        },
        made);
    if (!status.ok()) return status.error();
    return made;
}

std::vector<ledger::Operation> every_operation() {
    std::vector<ledger::Operation> all;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (all.emplace_back(std::variant_alternative_t<I, ledger::Operation>{}), ...);
    }(std::make_index_sequence<std::variant_size_v<ledger::Operation>>{});
    return all;
}

}  // namespace touchstone::tools
