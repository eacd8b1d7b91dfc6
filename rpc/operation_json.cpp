#include "rpc/operation_json.h"

#include "rpc/record_json.h"

namespace touchstone::rpc {
namespace {

namespace field = ledger::field;

// kOwn: of the units that the operation acts on, and nothing that counts or mentions others.
enum class Extent { kAll, kShort, kOwn, kOwnShort };

// One overload for each form that a described field can have.
class FieldWriter {
  public:
    FieldWriter(JsonWriter& out, Extent extent) : out_(out), extent_(extent) {}

    template <class Type>
    void write(const Type& value) {
        out_.begin_object();
        write_members(value);
        out_.end_object();
    }
    template <class Type>
    void write_members(const Type& value) {
        ledger::FieldsOf<Type>::visit(value, *this);
    }

    void operator()(const field::Field& tag, const std::string& text) { write_text_or_null(out_, tag.name, text); }
    void operator()(const field::Field& tag, const std::vector<std::string>& texts) {
        write_countries(out_, tag.name, texts);
    }
    void operator()(const field::Field& tag, const Hash256& digest) { write_hash_or_null(out_, tag.name, digest); }
    void operator()(const field::Field& tag, const std::vector<Hash256>& digests) {
        out_.key(tag.name).begin_array();
        for (const Hash256& digest : digests) out_.hex(digest.view());
        out_.end_array();
    }
    void operator()(const field::Date& tag, ledger::Day day) { write_day(out_, tag.name, day); }
    void operator()(const field::Number& tag, std::unsigned_integral auto number) {
        out_.field(tag.name, std::uint64_t{number});
    }
    void operator()(const field::Number& tag, const std::optional<std::uint64_t>& number) {
        // A receiver's count is of all that came.
        if (is_own()) return;
        out_.key(tag.name);
        number ? out_.number(*number) : out_.null();
    }
    void operator()(const field::Yes& tag, bool yes) { out_.key(tag.name).boolean(yes); }
    template <class Enum>
    void operator()(const field::Choice& tag, const Enum& chosen) {
        out_.field(tag.name, enum_name(chosen));
    }

    void operator()(const field::ItemUnits& tag, const ledger::Items& items) { units(tag, items); }
    void operator()(const field::ContainerUnits& tag, const ledger::Containers& containers) { units(tag, containers); }
    void operator()(const field::OneItem& tag, const ledger::ItemName& name) {
        out_.key(tag.name);
        write_name(out_, name);
    }
    void operator()(const field::OneContainer& tag, const ledger::ContainerName& name) {
        out_.key(tag.name);
        write_name(out_, name);
    }

    void operator()(const field::Key& tag, const crypto::PublicKey& key) { out_.field_hex(tag.name, key.view()); }
    void operator()(const field::Key& tag, const std::optional<crypto::PublicKey>& key) {
        out_.key(tag.name);
        key ? out_.hex(key->view()) : out_.null();
    }
    void operator()(const field::Signature& tag, const crypto::Signature& signature) {
        out_.field_hex(tag.name, signature.view());
    }
    void operator()(const field::Events& tag, const std::vector<Bytes>& events) {
        if (extent_ != Extent::kAll) return;
        out_.key(tag.name).begin_array();
        for (const Bytes& event : events) out_.base64(event);
        out_.end_array();
    }

    template <class Type>
    void operator()(const field::Part& tag, const Type& part) {
        out_.key(tag.name);
        write(part);
    }
    template <class Type>
    void operator()(const field::Parts& tag, const std::vector<Type>& parts) {
        out_.key(tag.name).begin_array();
        for (const Type& part : parts) write(part);
        out_.end_array();
    }
    template <class... Types>
    void operator()(const field::OneOf& tag, const std::variant<Types...>& chosen) {
        out_.key(tag.name).begin_object();
        std::visit(
            [&]<class Type>(const Type& part) {
                out_.key(Type::kName);
                write(part);
            },
            chosen);
        out_.end_object();
    }

  private:
    template <class Name>
    void units(const field::Field& tag, const ledger::Units<Name>& names) {
        if (extent_ == Extent::kShort || extent_ == Extent::kOwnShort) return;
        if (is_own() && tag.name != "items" && tag.name != "containers") return;
        out_.key(tag.name);
        write_units(out_, names);
    }
    bool is_own() const { return extent_ == Extent::kOwn || extent_ == Extent::kOwnShort; }

    JsonWriter& out_;
    const Extent extent_;
};

void write_fields(JsonWriter& out, const ledger::Operation& operation, Extent extent) {
    std::visit([&](const auto& one) { FieldWriter(out, extent).write(one); }, operation);
}

void write_groups(JsonWriter& out, std::string_view first, const std::vector<ledger::UnitGroup>& groups) {
    out.begin_array();
    for (const ledger::UnitGroup& group : groups) {
        out.begin_object().field(first, group.of).key("commitments").begin_array();
        for (const Hash256& commitment : group.commitments) out.hex(commitment.view());
        out.end_array().end_object();
    }
    out.end_array();
}

}  // namespace

void write_name(JsonWriter& out, const ledger::ItemName& name) {
    out.begin_object().field("gtin", name.gtin).field_hex("commitment", name.commitment.view()).end_object();
}

void write_name(JsonWriter& out, const ledger::ContainerName& name) {
    out.begin_object().field("maker", name.maker).field_hex("commitment", name.commitment.view()).end_object();
}

void write_units(JsonWriter& out, const ledger::Items& items) { write_groups(out, "gtin", items.groups()); }

void write_units(JsonWriter& out, const ledger::Containers& containers) {
    write_groups(out, "maker", containers.groups());
}

static void write_head(JsonWriter& out, const ledger::Operation& operation) {
    const ledger::OperationInfo& known = ledger::info(operation);
    out.begin_object().field("operation", known.name).key("event");
    known.event ? out.string(ledger::name_of(*known.event)) : out.null();
    out.key("fields");
}

void write_operation(JsonWriter& out, const ledger::Operation& operation) {
    write_head(out, operation);
    write_fields(out, operation, Extent::kAll);
    out.end_object();
}

void write_own_operation(JsonWriter& out, const ledger::Operation& operation, LeftOut left_out) {
    write_head(out, operation);
    write_fields(out, operation, Extent::kOwn);
    out.field("left_out", left_out == LeftOut::kUnitsOfOthers).end_object();
}

void write_own_short_fields(JsonWriter& out, const ledger::Operation& operation) {
    write_fields(out, operation, Extent::kOwnShort);
}

void write_change_fields(JsonWriter& out, const ledger::Change& change) {
    std::visit([&](const auto& one) { FieldWriter(out, Extent::kAll).write_members(one); }, change);
}

void write_short_fields(JsonWriter& out, const ledger::Operation& operation) {
    write_fields(out, operation, Extent::kShort);
}

}  // namespace touchstone::rpc
