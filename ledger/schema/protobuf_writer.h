// Writes the described fields of an operation into its Protobuf message: the other half of protobuf_reader.h.
// Nothing is checked: the ledger judges what arrives. One object per message; one thread.
#pragma once

#include "ledger/schema/operations.h"
#include "ledger/schema/pb.h"

namespace touchstone::ledger {

class ProtobufWriter {
  public:
    explicit ProtobufWriter(google::protobuf::Message& message)
        : message_(message), reflection_(*message.GetReflection()) {}

    template <class Type>
    void write(const Type& value) {
        FieldsOf<Type>::visit(value, *this);
    }

    // Texts and bytes: what is empty, or zero, is not on the wire.
    template <class Tag>
    void operator()(const Tag& tag, const std::string& value) {
        if (!value.empty()) reflection_.SetString(&message_, field(tag), value);
    }
    void operator()(const field::Digest& tag, const Hash256& value) {
        if (!value.is_zero() || tag.need == field::Need::kRequired) set_bytes(tag, value.view());
    }
    void operator()(const field::Digests& tag, const std::vector<Hash256>& values) {
        if (!values.empty()) reflection_.SetString(&message_, field(tag), joined(values));
    }
    void operator()(const field::Key& tag, const crypto::PublicKey& value) { set_bytes(tag, value.view()); }
    void operator()(const field::Key& tag, const std::optional<crypto::PublicKey>& value) {
        if (value) set_bytes(tag, value->view());
    }
    void operator()(const field::Signature& tag, const crypto::Signature& value) { set_bytes(tag, value.view()); }
    void operator()(const field::Events& tag, const std::vector<Bytes>& events) {
        Writer joined_events;
        for (const Bytes& event : events) joined_events.string(event);
        set_bytes(tag, joined_events.bytes());
    }
    template <class Tag>
    void operator()(const Tag& tag, const std::vector<std::string>& values) {
        for (const std::string& value : values) reflection_.AddString(&message_, field(tag), value);
    }

    // Numbers.
    template <class Tag, class Value>
        requires std::is_arithmetic_v<Value>
    void operator()(const Tag& tag, const Value& value) {
        const auto* const at = field(tag);
        if constexpr (std::is_same_v<Value, bool>)
            reflection_.SetBool(&message_, at, value);
        else if constexpr (std::is_same_v<Value, std::uint64_t>)
            reflection_.SetUInt64(&message_, at, value);
        else
            reflection_.SetUInt32(&message_, at, value);
    }
    void operator()(const field::Number& tag, const std::optional<std::uint64_t>& value) {
        if (value) reflection_.SetUInt64(&message_, field(tag), *value);
    }
    template <class Enum>
        requires std::is_enum_v<Enum>
    void operator()(const field::Choice& tag, const Enum& value) {
        reflection_.SetEnumValue(&message_, field(tag), static_cast<int>(value));
    }

    // Units.
    void operator()(const field::ItemUnits& tag, const Items& items) { add_groups(tag, "gtin", items.groups()); }
    void operator()(const field::ContainerUnits& tag, const Containers& containers) {
        add_groups(tag, "maker", containers.groups());
    }
    void operator()(const field::OneItem& tag, const ItemName& item) {
        set_name(*reflection_.MutableMessage(&message_, field(tag)), "gtin", item.gtin, item.commitment);
    }
    void operator()(const field::OneContainer& tag, const ContainerName& container) {
        set_name(*reflection_.MutableMessage(&message_, field(tag)), "maker", container.maker, container.commitment);
    }

    // Messages of their own.
    template <class Type>
    void operator()(const field::Part& tag, const Type& part) {
        ProtobufWriter(*reflection_.MutableMessage(&message_, field(tag))).write(part);
    }
    template <class Type>
    void operator()(const field::Parts& tag, const std::vector<Type>& parts) {
        for (const Type& part : parts) ProtobufWriter(*reflection_.AddMessage(&message_, field(tag))).write(part);
    }
    template <class... Types>
    void operator()(const field::OneOf&, const std::variant<Types...>& chosen) {
        std::visit(
            [&](const auto& part) {
                const field::Field named{std::remove_cvref_t<decltype(part)>::kName, {}};
                ProtobufWriter(*reflection_.MutableMessage(&message_, field(named))).write(part);
            },
            chosen);
    }

  private:
    const google::protobuf::FieldDescriptor* field(const field::Field& tag) const {
        const auto* const found = message_.GetDescriptor()->FindFieldByName(std::string(tag.name));
        INVARIANT(found != nullptr);
        return found;
    }
    void set_bytes(const field::Field& tag, ByteView bytes) {
        reflection_.SetString(&message_, field(tag), std::string(as_text(bytes)));
    }
    static std::string joined(const std::vector<Hash256>& digests) {
        std::string bytes;
        bytes.reserve(digests.size() * Hash256::kSize);
        for (const Hash256& digest : digests) bytes += as_text(digest.view());
        return bytes;
    }
    void add_groups(const field::Field& tag, std::string_view of, const std::vector<UnitGroup>& groups) {
        for (const UnitGroup& group : groups) {
            ProtobufWriter one(*reflection_.AddMessage(&message_, field(tag)));
            one.reflection_.SetString(&one.message_, one.field({of, {}}), group.of);
            one.reflection_.SetString(&one.message_, one.field({"commitments", {}}), joined(group.commitments));
        }
    }
    static void set_name(google::protobuf::Message& to, std::string_view of, const std::string& part,
                         const Hash256& commitment) {
        ProtobufWriter one(to);
        one.reflection_.SetString(&to, one.field({of, {}}), part);
        one.set_bytes({"commitment", {}}, commitment.view());
    }

    google::protobuf::Message& message_;
    const google::protobuf::Reflection& reflection_;
};

}  // namespace touchstone::ledger
