// One description of each operation: none is forgotten, none is twice, and each says of its message what is in it.
#include <set>

#include "ledger/schema/pb.h"
#include "tests/ledger/world.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

using Descriptor = google::protobuf::Descriptor;
using Names = std::set<std::string>;

Names fields_of(const Descriptor& message) {
    Names names;
    for (int i = 0; i < message.field_count(); ++i) names.insert(message.field(i)->name());
    return names;
}

const Descriptor& message_in(const Descriptor& message, std::string_view field) {
    const auto* const found = message.FindFieldByName(std::string(field));
    INFO(message.name() << " has no message " << field);
    REQUIRE(found != nullptr);
    REQUIRE(found->message_type() != nullptr);
    return *found->message_type();
}

template <class Type>
void require_described(const Descriptor& message);

// Notes which fields are described, and goes into the messages that are among them.
class FieldNames {
  public:
    explicit FieldNames(const Descriptor& message) : message_(message) {}

    template <class Tag, class Value>
    void operator()(const Tag& tag, const Value&) {
        INFO(message_.name() << ": " << tag.name << " is described twice");
        REQUIRE(names.insert(std::string(tag.name)).second);
        REQUIRE_FALSE(tag.help.empty());
    }
    template <class Type>
    void operator()(const field::Part& tag, const Type& value) {
        (*this)(static_cast<const field::Field&>(tag), value);
        require_described<Type>(message_in(message_, tag.name));
    }
    template <class Type>
    void operator()(const field::Parts& tag, const std::vector<Type>& value) {
        (*this)(static_cast<const field::Field&>(tag), value);
        require_described<Type>(message_in(message_, tag.name));
    }
    template <class... Types>
    void operator()(const field::OneOf& tag, const std::variant<Types...>&) {
        REQUIRE_FALSE(tag.help.empty());
        const auto* const choice = message_.FindOneofByName(std::string(tag.name));
        REQUIRE(choice != nullptr);
        REQUIRE(choice->field_count() == static_cast<int>(sizeof...(Types)));
        (names.insert(std::string(Types::kName)), ...);
        (require_described<Types>(message_in(message_, Types::kName)), ...);
    }

    Names names;

  private:
    const Descriptor& message_;
};

template <class Type>
void require_described(const Descriptor& message) {
    FieldNames described(message);
    const Type value{};
    FieldsOf<Type>::visit(value, described);
    INFO(message.name());
    REQUIRE(described.names == fields_of(message));
}

template <class Each>
void for_each_type(const Each& each) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (each(std::variant_alternative_t<I, Operation>{}), ...);
    }(std::make_index_sequence<std::variant_size_v<Operation>>{});
}

}  // namespace

TEST_CASE("every member of the wire's operation is described once, and nothing else is") {
    Names described;
    for_each_operation([&](const OperationInfo& one) {
        INFO(one.name);
        REQUIRE(described.insert(std::string(one.name)).second);
    });
    REQUIRE(described == fields_of(*pb::Operation::descriptor()));
}

TEST_CASE("every field of an operation's message is described, and every field that is described is in it") {
    for_each_type([]<class Op>(const Op&) { require_described<Op>(message_in(*pb::Operation::descriptor(), Op::kInfo.name)); });
}

TEST_CASE("commands are unique, and each operation says what people ask of it") {
    std::set<std::string_view> commands;
    for_each_operation([&](const OperationInfo& one) {
        INFO(one.name);
        REQUIRE_FALSE(one.done.empty());
        REQUIRE_FALSE(one.summary.empty());
        REQUIRE_FALSE(one.who.empty());
        // What no person sends has no command, and no example of it.
        REQUIRE(one.command.empty() == one.example.empty());
        if (!one.command.empty()) REQUIRE(commands.insert(one.command).second);
    });
}

TEST_CASE("an operation names the refusals that say it is done if and only if it can be repeated") {
    for_each_operation([&](const OperationInfo& one) {
        INFO(one.name);
        const bool named = one.done_refusals[0] != Refusal::kNone;
        REQUIRE(named == (one.repeat != Repeat::kNever));
    });
}

TEST_CASE("what an operation names, it has the fields for") {
    for_each_type([]<class Op>(const Op& one) {
        INFO(Op::kInfo.name);
        const Operation operation(one);
        const bool units = Op::kInfo.naming != Naming::kNothing;
        if (units) REQUIRE(items_of(operation) != nullptr);
        if (units) REQUIRE((containers_of(operation) != nullptr) == (Op::kInfo.naming == Naming::kItemsOrContainers));
    });
}
