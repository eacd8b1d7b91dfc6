// Makes any operation from choices: its described fields are filled in one by one, from pools that are small enough for
// operations to meet on the same goods. An operation that is new is made without a line here, unless it has a kind of
// field that no other has.
#pragma once

#include <array>

#include "ledger/records/parameters.h"
#include "tests/ledger/samples.h"
#include "tests/support/seed.h"

namespace touchstone::ledger::test {

inline const std::string kThirdGtin = "09506000164908";
inline const std::array<std::string, 3> kGtins{kGtin, kOtherGtin, kThirdGtin};
// The last is not there before the council admits it.
inline const std::array<std::string, 9> kOrganisations{"brand",  "rival",   "maker",   "carrier", "shop",
                                                       "market", "customs", "auditor", "newcomer"};
inline constexpr std::uint64_t kSerials = 8;
inline constexpr std::uint64_t kBoxes = 4;
inline constexpr std::uint64_t kSpareKeys = 6;

// The names of keys that may act one day: of every organisation and of none yet.
inline const std::vector<std::string>& key_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> made(kOrganisations.begin(), kOrganisations.end());
        for (std::uint64_t i = 0; i < kSpareKeys; ++i) made.push_back("spare " + std::to_string(i));
        return made;
    }();
    return names;
}
inline const std::vector<crypto::PublicKey>& public_keys() {
    static const std::vector<crypto::PublicKey> keys = [] {
        std::vector<crypto::PublicKey> made;
        for (const std::string& name : key_names()) made.push_back(key_of(name).public_key());
        return made;
    }();
    return keys;
}

class Choices {
  public:
    virtual ~Choices() = default;
    // From 0, below `bound`, which is positive.
    virtual std::uint64_t below(std::uint64_t bound) = 0;
    // What stands in a field of 32 bytes where clients would put `usual`.
    virtual Hash256 digest(const Hash256& usual) { return usual; }
    // The id of a report.
    virtual Hash256 report() { return {}; }
    bool coin() { return below(2) == 1; }
    template <class List>
    const typename List::value_type& of(const List& list) {
        return list[below(list.size())];
    }
};

// By chance alone.
class RandomChoices : public Choices {
  public:
    explicit RandomChoices(touchstone::test::Randomness& random) : random_(random) {}
    std::uint64_t below(std::uint64_t bound) override { return random_.below(bound); }

  private:
    touchstone::test::Randomness& random_;
};

class FieldFiller {
  public:
    explicit FieldFiller(Choices& choices) : choices_(choices) {}

    template <class Type>
    void fill(Type& value) {
        FieldsOf<Type>::visit(value, *this);
    }

    void operator()(const field::Gtin&, std::string& value) { value = gtin_ = choices_.of(kGtins); }
    void operator()(const field::Text& tag, std::string& value) {
        if (tag.need == field::Need::kRequired || choices_.coin()) value = tag.name;
    }
    void operator()(const field::Organisation& tag, std::string& value) {
        if (tag.need == field::Need::kRequired || choices_.coin()) value = choices_.of(kOrganisations);
    }
    void operator()(const field::Organisations&, std::vector<std::string>& values) {
        for (std::uint64_t i = choices_.below(3); i > 0; --i) values.push_back(choices_.of(kOrganisations));
    }
    void operator()(const field::Lot&, std::string& value) {
        value = choices_.of(std::array<std::string, 4>{"L1", "L1", "L2", ""});
    }
    void operator()(const field::Gln&, std::string& value) {
        if (choices_.below(4) == 3) value = kGln;
    }
    void operator()(const field::Country& tag, std::string& value) {
        if (tag.need == field::Need::kRequired || choices_.coin()) value = choices_.coin() ? "CH" : "FR";
    }
    void operator()(const field::Countries&, std::vector<std::string>& values) {
        values = choices_.of(std::vector<std::vector<std::string>>{{}, {"CH"}, {"CH", "FR"}, {"FR"}});
    }
    void operator()(const field::Prefixes&, std::vector<std::string>& values) {
        values = choices_.of(
            std::vector<std::vector<std::string>>{{}, {"9506000"}, {"0614141"}, {"0614141", "9506000"}, {"8712345"}});
    }

    void operator()(const field::Digest& tag, Hash256& value) {
        if (tag.need == field::Need::kOptional && !choices_.coin()) return;
        value = choices_.digest(usual_digest(tag.name));
    }
    void operator()(const field::Digests&, std::vector<Hash256>& values) {
        for (std::uint64_t i = choices_.below(3); i > 0; --i) values.push_back(choices_.digest(digest(i)));
    }
    void operator()(const field::Key&, crypto::PublicKey& value) {
        value.bytes = choices_.digest(*Hash256::from_view(choices_.of(public_keys()).view())).bytes;
    }
    void operator()(const field::Key& tag, std::optional<crypto::PublicKey>& value) {
        if (choices_.coin()) (*this)(tag, value.emplace());
    }
    void operator()(const field::Signature&, crypto::Signature&) {}
    void operator()(const field::Events&, std::vector<Bytes>& values) {
        if (choices_.coin()) values.push_back(Bytes(3, 1));
    }

    void operator()(const field::Date&, Day& value) {
        value = choices_.of(std::array<Day, 6>{0, 0, kToday - 100, kToday - 1, kToday + 1000, 2'932'896});
    }
    template <class Value>
        requires std::is_arithmetic_v<Value>
    void operator()(const field::Number& tag, Value& value) {
        const bool roles = std::is_same_v<Value, std::uint16_t>;
        const std::uint64_t one = choices_.below(roles ? 128 : 8);
        const bool extreme = !roles && tag.name != "proposal" && one == 7;
        value = extreme ? std::numeric_limits<Value>::max() : static_cast<Value>(one);
    }
    void operator()(const field::Number&, std::optional<std::uint64_t>& value) {
        if (choices_.below(4) == 3) value = choices_.below(5);
    }
    void operator()(const field::Yes&, bool& value) { value = choices_.coin(); }
    template <class Enum>
    void operator()(const field::Choice&, Enum& value) {
        value = kEnumNames<Enum>[choices_.below(kEnumNames<Enum>.size())].first;
    }

    void operator()(const field::ItemUnits&, Items& items) {
        const std::string gtin = choices_.coin() ? kGtin : choices_.of(kGtins);
        for (int i = choices_.of(std::array{1, 1, 1, 1, 2, 3, 0}); i > 0; --i)
            items.add({gtin, choices_.digest(item(choices_.below(kSerials), gtin).commitment)});
    }
    void operator()(const field::ContainerUnits&, Containers& containers) {
        for (int i = choices_.of(std::array{0, 0, 0, 1, 1, 2}); i > 0; --i) containers.add(any_box());
    }
    void operator()(const field::OneItem&, ItemName& name) {
        name.gtin = choices_.of(kGtins);
        name.commitment = choices_.digest(item(choices_.below(kSerials), name.gtin).commitment);
    }
    void operator()(const field::OneContainer&, ContainerName& name) { name = any_box(); }

    template <class Type>
    void operator()(const field::Part&, Type& part) {
        fill(part);
    }
    template <class Type>
    void operator()(const field::Parts& tag, std::vector<Type>& parts) {
        for (std::uint64_t i = choices_.below(std::min<std::uint64_t>(tag.most, 3) + 1); i > 0; --i)
            fill(parts.emplace_back());
    }
    // One parameter, since they are ascending; to a value that some of them may have.
    void operator()(const field::Parts&, std::vector<change::ParameterValue>& values) {
        const auto fields = parameter_fields();
        constexpr std::array<std::uint64_t, 6> kValues{0, 20, 20'000, 1'000'000, 8u << 20, UINT64_MAX};
        values.push_back({std::string(fields[choices_.below(fields.size())].name), choices_.of(kValues)});
    }
    template <class... Types>
    void operator()(const field::OneOf&, std::variant<Types...>& chosen) {
        const std::uint64_t at = choices_.below(sizeof...(Types));
        std::uint64_t i = 0;
        ((i++ == at ? fill(chosen.template emplace<Types>()) : void()), ...);
    }

  private:
    Hash256 usual_digest(std::string_view name) {
        if (name == "report") return choices_.report();
        if (name == "commitment") return item(choices_.below(kSerials), gtin_).commitment;
        return digest(choices_.below(2));
    }
    const ContainerName& any_box() {
        box_.maker = choices_.of(std::array<std::string, 4>{"brand", "brand", "maker", "shop"});
        box_.commitment = choices_.digest(box(choices_.below(kBoxes)).commitment);
        return box_;
    }

    Choices& choices_;
    std::string gtin_;  // the last one that was filled in
    ContainerName box_;
};

// Most of what the fields of one operation would contradict is taken out again: chance alone seldom fits them together.
inline void reconcile(op::Report& report) {
    ReportSubject& subject = report.subject;
    const ReportSubjectKind kind = subject.kind;
    if (kind == ReportSubjectKind::kListing) subject.gtin.clear();
    if (kind != ReportSubjectKind::kItem) subject.commitment = {};
    if (kind != ReportSubjectKind::kLot) subject.lot.clear();
    if (kind != ReportSubjectKind::kListing) subject.listing = {};
}
inline void reconcile(op::Receive& receive) {
    if (receive.counted && receive.containers.size() > 1) receive.containers = {receive.containers.front()};
    if (receive.counted && receive.containers.size() == 1) receive.items = {};
    if (!receive.counted || receive.containers.empty()) receive.counted.reset(), receive.missing = {}, receive.surplus = {};
}
inline void reconcile(op::AmendRegistration& amend) {
    if (!amend.lot.empty()) amend.clear_lot = false;
    if (amend.expiry != 0) amend.clear_expiry = false;
    if (amend.made_on != 0) amend.clear_made_on = false;
}
inline void reconcile(op::AddKey& add) {
    if (add.purpose == KeyPurpose::kValidate) add.purpose = KeyPurpose::kAdmin;
}
template <class Op>
void reconcile(Op&) {}

// Any of them.
inline Operation make_operation(Choices& choices, std::size_t kind) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        Operation made;
        const auto make = [&](auto& one) {
            FieldFiller(choices).fill(one);
            reconcile(one);
        };
        ((I == kind ? make(made.emplace<I>()) : void()), ...);
        return made;
    }(std::make_index_sequence<std::variant_size_v<Operation>>{});
}
inline Operation make_operation(Choices& choices) {
    return make_operation(choices, choices.below(std::variant_size_v<Operation>));
}

}  // namespace touchstone::ledger::test
